# Asks each endpoint of a server, and shows the beginning of what it answers.

function Show-Answer([string] $Method, [string] $Path, [string] $Answer) {
    $line = $Answer -replace '\s+', ' '
    '  {0,-6} {1,-50} {2}' -f $Method, $Path, ($line.Length -gt 90 ? $line.Substring(0, 89) + '…' : $line)
}

function Get-Answer([string] $Path) {
    $answer = Invoke-WebRequest "$url$Path" -TimeoutSec 60 -SkipHttpErrorCheck
    $text = $answer.Content -is [byte[]] ? [System.Text.Encoding]::UTF8.GetString($answer.Content) : $answer.Content
    $type = "$($answer.Headers.'Content-Type')"
    # Of a download its size, of an error what is wrong: without an InfluxDB there is nothing to tell of it.
    Show-Answer GET $Path $(
        if ($answer.StatusCode -ge 400) { "$($answer.StatusCode): $(($text | ConvertFrom-Json).detail)" }
        elseif ($Path -match '/export/') { '{0:n0} bytes of {1}' -f $answer.RawContentLength, $type }
        else { $text }
    )
}

function Send-Question([string] $Path, $Body) {
    $answer = Invoke-RestMethod "$url$Path" -Method Post -ContentType application/json -Body ($Body | ConvertTo-Json) -TimeoutSec 60
    Show-Answer POST $Path ($answer | ConvertTo-Json -Compress -Depth 5)
    $script:answered = $answer
}

# One of the events that come each second.
function Show-Event {
    $client = [System.Net.Http.HttpClient]::new()
    try {
        $reader = [System.IO.StreamReader]::new($client.GetStreamAsync("$url/api/events").GetAwaiter().GetResult())
        do { $line = $reader.ReadLine() } until ($null -eq $line -or $line -like 'data:*')
        Show-Answer GET /api/events $line
    }
    finally { $client.Dispose() }
}

function Show-Api([string] $Url, [string[]] $Interface) {
    Get-Answer /health/live
    Get-Answer /health/ready
    Get-Answer /api/status
    Get-Answer /api/interfaces
    if ($Interface) {
        Send-Question /api/capture/start @{ Interface = @($Interface[0]); Name = 'by the API' }
        $id = $answered.CaptureId
        Show-Event
        Send-Question /api/capture/stop @{ CaptureId = $id }
        Get-Answer "/api/captures/$id"
    }
    Get-Answer /api/captures
    Get-Answer /api/stats/summary
    Get-Answer '/api/stats/summary?by=Application&top=5'
    Get-Answer '/api/stats/summary?interval=1s'
    Get-Answer /api/stats/influxdb
    Get-Answer '/api/flows?protocol=tcp&top=1'
    Get-Answer '/api/packets?port=53&top=1'
    Send-Question /api/enrichment/trigger @{ Address = @('203.0.113.66') }
    Get-Answer "/api/enrichment/jobs/$($answered.Id)"
    Get-Answer /api/enrichment/suspicious
    Get-Answer '/api/enrichment/geo?top=1'
    foreach ($format in 'csv', 'json', 'parquet', 'pcap') { Get-Answer "/api/data/export/${format}?port=53" }
    Get-Answer /metrics
    Get-Answer /openapi.json
}
