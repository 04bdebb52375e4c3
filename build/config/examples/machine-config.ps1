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

# Any user may make a folder there, also one that leads elsewhere, before this runs.
New-Item -ItemType Directory -Force $folder | Out-Null
if ((Get-Item -Force $folder).Attributes -band [IO.FileAttributes]::ReparsePoint) { throw "$folder is a link. Remove it." }

# Everybody reads the config; only administrators own and write it (S-1-5-18: SYSTEM, -32-544: administrators, -32-545:
# users). What the folder allowed before, and what lay in it allowed, is taken back first: an owner may always change rights.
function Set-Rights { icacls @args /Q | Out-Null; if ($LASTEXITCODE -ne 0) { throw "icacls $args failed ($LASTEXITCODE)" } }
Set-Rights $folder /setowner '*S-1-5-32-544' /T /L
Set-Rights $folder /reset /T /L
Set-Rights $folder /inheritance:r /grant:r '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' '*S-1-5-32-545:(OI)(CI)RX'

$new = Join-Path $folder 'config.new.json'
$said = Join-Path $env:TEMP 'tillside-config-check.txt'
[IO.File]::WriteAllText($new, ($config | ConvertTo-Json -Depth 5))
$check = Start-Process $program -ArgumentList 'config', 'check', "`"$new`"", '--output', "`"$said`"" -Wait -PassThru
if ($check.ExitCode -ne 0) { throw "The config was not taken (exit code $($check.ExitCode)): $(Get-Content -Raw -Encoding UTF8 $said)" }
Move-Item -Force $new (Join-Path $folder 'config.json')
