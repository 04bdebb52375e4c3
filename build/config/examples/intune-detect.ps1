# Intune, as the detection script of a remediation (Scripts and remediations), "with the logged-on credentials": only the user
# who runs Tillside can read the key and the password. Exit code 0 where this till is well or needs only a look, 1 where IT
# has to act; what was found goes to Intune's log. Not as the detection rule of the app itself, which would be installed
# anew where a till needs something else: there the rule is that Tillside.exe exists.
$program = Join-Path $env:ProgramFiles 'Tillside\Tillside.exe'
if (-not (Test-Path $program)) { 'Tillside is not installed'; exit 1 }
$said = Join-Path $env:TEMP 'tillside-doctor.json'
Remove-Item $said -ErrorAction SilentlyContinue
$doctor = Start-Process $program -ArgumentList 'doctor', '--json', '--output', "`"$said`"" -Wait -PassThru
if (-not (Test-Path $said)) { "The doctor said nothing (exit code $($doctor.ExitCode))"; exit 1 }
$told = Get-Content -Raw -Encoding UTF8 $said | ConvertFrom-Json
"Tillside: $($told.severity)"
$told.findings |
  Where-Object severity -ne 'fine' |
  ForEach-Object { "$($_.severity) $($_.check): $($_.found) -> $($_.advice)" }
if ($doctor.ExitCode -ge 2) { exit 1 }
