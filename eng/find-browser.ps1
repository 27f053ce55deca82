# The browser that the dashboard's tests drive: that of NETTRAFFIC_BROWSER, else a Chromium of this system. Nothing where there is none.
$places = @(
    $env:NETTRAFFIC_BROWSER
    '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
    "$env:ProgramFiles/Google/Chrome/Application/chrome.exe", "${env:ProgramFiles(x86)}/Microsoft/Edge/Application/msedge.exe"
)
$places | Where-Object { $_ -and (Test-Path -LiteralPath $_ -PathType Leaf) } | Select-Object -First 1
