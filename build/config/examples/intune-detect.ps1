# Intune, as the detection script of a remediation (Scripts and remediations), "with the logged-on credentials": only the user
# who runs Tillside can read the key and the password. Exit code 0: the till is fine or needs a look; 1: IT has to act. The
# findings go to Intune's log. Do not use it as the detection rule of the app, which would then be reinstalled for any
# finding: that rule is that Tillside.exe exists.
$program = Join-Path $env:ProgramFiles 'Tillside\Tillside.exe'
if (-not (Test-Path $program)) { 'Tillside is not installed'; exit 1 }
$report = Join-Path $env:TEMP 'tillside-doctor.json'
Remove-Item $report -ErrorAction SilentlyContinue
$doctor = Start-Process $program -ArgumentList 'doctor', '--json', '--output', "`"$report`"" -Wait -PassThru
if (-not (Test-Path $report)) { "The doctor reported nothing (exit code $($doctor.ExitCode))"; exit 1 }
$result = Get-Content -Raw -Encoding UTF8 $report | ConvertFrom-Json
"Tillside: $($result.severity)"
$result.findings |
  Where-Object severity -ne 'fine' |
  ForEach-Object { "$($_.severity) $($_.check): $($_.found) -> $($_.advice)" }
if ($doctor.ExitCode -ge 2) { exit 1 }
