/**
 * `tillside://find?…` opens Tillside from the installation on, for every user, as with NSIS (nsis.nsh). The packager
 * writes `protocols` for macOS and Linux only.
 */
import { findScheme } from '../../electron/model/find-address.ts';

/** Nothing after "--" is read as a switch, whatever a web page puts into the address. */
const command = '&quot;[#mainExecutable]&quot; -- &quot;%1&quot;';

/** Never change the GUID: with it, an update finds what the version before wrote. */
const lines = [
  '<Component Id="FindAddress" Guid="3B8F2D5E-6A41-4C0B-9E17-52D0C8A6F4B9">',
  `  <RegistryKey Root="HKLM" Key="Software\\Classes\\${findScheme}">`,
  '    <RegistryValue Type="string" Value="URL:Tillside" KeyPath="yes"/>',
  '    <RegistryValue Type="string" Name="URL Protocol" Value=""/>',
  `    <RegistryValue Type="string" Key="shell\\open\\command" Value="${command}"/>`,
  '  </RegistryKey>',
  '</Component>',
];

/** @param project the packager's WiX project, before it is compiled */
export function withFindAddress(project: string): string {
  const end = project.lastIndexOf('\n    </ComponentGroup>');
  if (end === -1) throw new Error('The MSI project has no </ComponentGroup>: check what the packager makes now.');
  return `${project.slice(0, end)}${lines.map((line) => `\n      ${line}`).join('')}${project.slice(end)}`;
}
