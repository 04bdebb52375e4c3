# Windows, as the machine: a start-up script of Group Policy, or a platform script of Intune (run as SYSTEM, 64-bit).
# Puts the machine config in its place, but only one that Tillside can use. The secret comes by user-secret.ps1.
$ErrorActionPreference = 'Stop'
$program = Join-Path $env:ProgramFiles 'Tillside\Tillside.exe'
$folder = Join-Path $env:ProgramData 'Tillside'
$config = @{
  api   = @{ cluster = 'eu' }
  auth  = @{ method = 'basic'; till = $env:COMPUTERNAME.ToLower() }
  store = @{ countryCode = 'IN'; timeZone = 'Asia/Kolkata' }
}

New-Item -ItemType Directory -Force $folder | Out-Null
# Everybody reads the config; only administrators write it (S-1-5-18: SYSTEM, -32-544: administrators, -32-545: users).
icacls $folder /inheritance:r /grant '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' '*S-1-5-32-545:(OI)(CI)RX' | Out-Null

$new = Join-Path $folder 'config.new.json'
$said = Join-Path $env:TEMP 'tillside-config-check.txt'
[IO.File]::WriteAllText($new, ($config | ConvertTo-Json -Depth 5))
$check = Start-Process $program -ArgumentList 'config', 'check', "`"$new`"", '--output', "`"$said`"" -Wait -PassThru
if ($check.ExitCode -ne 0) { throw "The config was not taken (exit code $($check.ExitCode)): $(Get-Content -Raw -Encoding UTF8 $said)" }
Move-Item -Force $new (Join-Path $folder 'config.json')
