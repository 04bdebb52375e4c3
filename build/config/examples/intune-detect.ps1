# Intune, as a custom detection script or a health script: exit code 0 where this till is well or needs only a look.
# Run as the user who runs Tillside: only that user can read the key and the password. What was found goes to Intune's log.
$program = Join-Path $env:ProgramFiles 'Tillside\Tillside.exe'
if (-not (Test-Path $program)) { exit 1 }
$said = Join-Path $env:TEMP 'tillside-doctor.json'
$doctor = Start-Process $program -ArgumentList 'doctor', '--json', '--output', "`"$said`"" -Wait -PassThru
(Get-Content -Raw $said | ConvertFrom-Json).findings |
  Where-Object severity -ne 'fine' |
  ForEach-Object { "$($_.severity) $($_.check): $($_.found) -> $($_.advice)" }
if ($doctor.ExitCode -ge 2) { exit 1 }
