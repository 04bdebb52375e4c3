# Windows, as the user who runs Tillside: a log-on script of Group Policy, or a script of Intune "with the logged-on
# credentials". Windows' secret storage is the user's own, so nobody else can put the secret there.
# The secret must reach this script safely. Here it is a file on a share that only the tills' users may read.
$ErrorActionPreference = 'Stop'
$program = Join-Path $env:ProgramFiles 'Tillside\Tillside.exe'
$done = Join-Path $env:LOCALAPPDATA 'Tillside-secret-set.txt'
$file = Join-Path '\\files.example.com\tillside$' "$env:COMPUTERNAME.secret"
# Sets only a file newer than the last one, so a changed password reaches the till at the next log-on.
$stamp = (Get-Item $file).LastWriteTimeUtc.Ticks.ToString()
if ((Test-Path $done) -and ((Get-Content -Raw $done).Trim() -eq $stamp)) { exit 0 }

# Through this process's environment, because every program on the computer can see arguments.
$env:TILLSIDE_SECRET = (Get-Content -Raw $file).Trim()
try { $set = Start-Process $program -ArgumentList 'secret', 'set' -Wait -PassThru }
finally { Remove-Item Env:TILLSIDE_SECRET }
if ($set.ExitCode -ne 0) { throw "The secret was not stored (exit code $($set.ExitCode))." }
Set-Content $done $stamp
