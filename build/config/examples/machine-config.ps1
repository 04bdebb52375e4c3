# Windows, as the machine: a start-up script of Group Policy, or a platform script of Intune (run as SYSTEM, 64-bit).
# Installs the machine config if Tillside can use it. user-secret.ps1 sets the secret.
$ErrorActionPreference = 'Stop'
$program = Join-Path $env:ProgramFiles 'Tillside\Tillside.exe'
$folder = Join-Path $env:ProgramData 'Tillside'
$config = @{
  api   = @{ cluster = 'eu' }
  auth  = @{ method = 'basic'; till = $env:COMPUTERNAME.ToLower() }
  store = @{ countryCode = 'IN'; timeZone = 'Asia/Kolkata' }
}

# Any user may have made this folder earlier, even as a link to somewhere else.
New-Item -ItemType Directory -Force $folder | Out-Null
if ((Get-Item -Force $folder).Attributes -band [IO.FileAttributes]::ReparsePoint) { throw "$folder is a link. Remove it." }

# Everybody reads the config; only administrators own and write it (S-1-5-18: SYSTEM, -32-544: administrators, -32-545:
# users). All earlier rights on the folder and its contents are removed first, since an owner can always change rights.
function Set-Rights { icacls @args /Q | Out-Null; if ($LASTEXITCODE -ne 0) { throw "icacls $args failed ($LASTEXITCODE)" } }
Set-Rights $folder /setowner '*S-1-5-32-544' /T /L
Set-Rights $folder /reset /T /L
Set-Rights $folder /inheritance:r /grant:r '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' '*S-1-5-32-545:(OI)(CI)RX'

$new = Join-Path $folder 'config.new.json'
$report = Join-Path $env:TEMP 'tillside-config-check.txt'
[IO.File]::WriteAllText($new, ($config | ConvertTo-Json -Depth 5))
$check = Start-Process $program -ArgumentList 'config', 'check', "`"$new`"", '--output', "`"$report`"" -Wait -PassThru
if ($check.ExitCode -ne 0) { throw "Tillside cannot use the config (exit code $($check.ExitCode)): $(Get-Content -Raw -Encoding UTF8 $report)" }
Move-Item -Force $new (Join-Path $folder 'config.json')
