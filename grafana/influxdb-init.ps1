# Sets up the stack's InfluxDB, at every start: bucket, retention, the mapping for InfluxQL, and the token that may only read, for Grafana.
$ErrorActionPreference = 'Stop'
try {
    $retention = $env:INFLUX_RETENTION -eq '0' ? 'forever' : $env:INFLUX_RETENTION
    Initialize-NetTrafficInflux -Retention $retention -Confirm:$false
    # Grafana's user has the group of this one (group_add in docker-compose.yml).
    $token = Join-Path $env:NETTRAFFIC_HOME influx-read.token
    [System.IO.File]::SetUnixFileMode($token, 'UserRead, UserWrite, GroupRead')
}
catch {
    [Console]::Error.WriteLine("influxdb-init: $_")
    if ($_.FullyQualifiedErrorId -like 'InfluxUnauthorized*') {
        [Console]::Error.WriteLine('influxdb-init: InfluxDB keeps the INFLUX_TOKEN of its first start. A new one in .env does not reach it: ' +
            'put the old one back, or see "A changed token" in docs/grafana.md.')
    }
    exit 1
}
