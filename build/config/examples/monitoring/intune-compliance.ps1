# Intune, the discovery script of a custom compliance policy, with intune-compliance.json as its rules; "with the logged-on
# credentials", because only the user who runs Tillside can read its key and its password. It returns one line of JSON:
# the checks of the doctor that need IT, or "none". "outbox" is left out: a change that staff have to resolve must not lock
# the machine out.
$program = Join-Path $env:ProgramFiles 'Tillside\Tillside.exe'
$file = Join-Path $env:TEMP 'tillside-compliance.json'
$act = 'not installed'
if (Test-Path $program) {
  Remove-Item $file -ErrorAction SilentlyContinue
  Start-Process $program -ArgumentList 'doctor', '--json', '--output', "`"$file`"" -Wait
  $act = 'no report'
  if (Test-Path $file) {
    $report = Get-Content -Raw -Encoding UTF8 $file | ConvertFrom-Json
    $checks = @($report.findings | Where-Object { $_.severity -eq 'act' -and $_.check -ne 'outbox' } | ForEach-Object check)
    $act = if ($checks.Count -gt 0) { $checks -join ', ' } else { 'none' }
  }
}
return @{ TillsideAct = $act } | ConvertTo-Json -Compress
