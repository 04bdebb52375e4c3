/**
 * A removal by MSI has no window to warn about unsent updates, so it writes them to the same file as a silent removal
 * by NSIS. A Windows command does it, so that nothing of Tillside has to run during a removal or could hold it up.
 */

const report = '%ProgramData%\\Tillside\\unsent-at-removal.txt';
const note = '%u\\AppData\\Local\\Tillside\\live\\unsent.txt';
const command = [
  `del /q "${report}"`,
  'mkdir "%ProgramData%\\Tillside"',
  `for /d %u in ("%PUBLIC%\\..\\*") do if exist "${note}" (echo %~nxu: & type "${note}") >> "${report}"`,
].join(' & ');

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * The command is in a property because an action's field is short, and in a private one because a public one could be
 * set from outside.
 */
const lines = [
  '<!-- Writes down what was not sent, for whoever removes Tillside (F30). -->',
  `<Property Id="TillsideNoteUnsent" Value="${escaped(command)}"/>`,
  '<CustomAction Id="TillsideNote" Directory="TARGETDIR" ' +
    'ExeCommand="&quot;[SystemFolder]cmd.exe&quot; /d /c [TillsideNoteUnsent]" ' +
    'Execute="deferred" Impersonate="no" Return="ignore"/>',
  '<InstallExecuteSequence>',
  '  <Custom Action="TillsideNote" Before="RemoveFiles">REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE</Custom>',
  '</InstallExecuteSequence>',
];

/** @param project the packager's WiX project, before it is compiled */
export function withRemovalNote(project: string): string {
  const end = project.lastIndexOf('\n  </Product>');
  if (end === -1) throw new Error('The MSI project no longer has a </Product>: check what the packager makes now.');
  return `${project.slice(0, end)}${lines.map((line) => `\n    ${line}`).join('')}${project.slice(end)}`;
}
