# A little real traffic over loopback: an HTTP server and a DNS responder of .NET's own, and clients that ask them.
# Dot-sourced by demo.ps1. One thread: each question is sent, answered and read in turn.

function New-DemoServer {
    # Well-known ports where this process may have them, so that the flows get their names; else any free one.
    $http = $null
    $dns = $null
    foreach ($port in 80, 8080, 0) {
        try {
            if ($port -eq 0) {
                $probe = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
                $probe.Start()
                $port = $probe.LocalEndpoint.Port
                $probe.Stop()
            }
            $http = [System.Net.HttpListener]::new()
            $http.Prefixes.Add("http://127.0.0.1:$port/")
            $http.Start()
            break
        }
        catch [System.Net.HttpListenerException], [System.Net.Sockets.SocketException] {
            $http = $null
        }
    }
    foreach ($port in 53, 5353, 0) {
        try {
            $dns = [System.Net.Sockets.UdpClient]::new([System.Net.IPEndPoint]::new([System.Net.IPAddress]::Loopback, $port))
            break
        }
        catch [System.Net.Sockets.SocketException] {
            $dns = $null
        }
    }
    @{ Http = $http; Dns = $dns; Client = [System.Net.Http.HttpClient]::new() }
}

function Send-DemoTraffic($Server, [int] $Round) {
    if ($Server.Dns) {
        # RFC 1035, section 4: header, then one question; the answer repeats both and adds an A record.
        $name = 'web{0}.example.test' -f $Round
        $query = [System.Collections.Generic.List[byte]]::new()
        $query.AddRange([byte[]](($Round -shr 8 -band 255), ($Round -band 255), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0))
        foreach ($label in $name.Split('.')) {
            $query.Add([byte]$label.Length)
            $query.AddRange([System.Text.Encoding]::ASCII.GetBytes($label))
        }
        $query.AddRange([byte[]](0, 0, 1, 0, 1))
        $client = [System.Net.Sockets.UdpClient]::new()
        try {
            $client.Client.ReceiveTimeout = 2000
            $Server.Dns.Client.ReceiveTimeout = 2000
            $null = $client.Send($query.ToArray(), $query.Count, $Server.Dns.Client.LocalEndPoint)
            $from = [System.Net.IPEndPoint]::new([System.Net.IPAddress]::Any, 0)
            $answer = [System.Collections.Generic.List[byte]]::new($Server.Dns.Receive([ref]$from))
            $answer[2] = 0x81
            $answer[3] = 0x80
            $answer[7] = 1
            $answer.AddRange([byte[]](0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, ($Round % 250 + 1)))
            $null = $Server.Dns.Send($answer.ToArray(), $answer.Count, $from)
            $null = $client.Receive([ref]$from)
        }
        finally {
            $client.Dispose()
        }
    }
    if ($Server.Http) {
        $url = @($Server.Http.Prefixes)[0]
        $context = $Server.Http.GetContextAsync()
        $reading = $Server.Client.GetByteArrayAsync("${url}page/$Round")
        $response = $context.GetAwaiter().GetResult().Response
        # Now and then the client gets a new connection, so that there is more than one flow to see.
        $response.KeepAlive = $Round % 4 -ne 0
        $body = [byte[]]::new(2000 + $Round * 137 % 30000)
        $response.ContentLength64 = $body.Length
        $response.OutputStream.Write($body, 0, $body.Length)
        $response.Close()
        $null = $reading.GetAwaiter().GetResult()
    }
}

function Remove-DemoServer($Server) {
    $Server.Client.Dispose()
    if ($Server.Http) { $Server.Http.Close() }
    if ($Server.Dns) { $Server.Dns.Dispose() }
}
