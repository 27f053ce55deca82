# A pcap of UDP frames between two addresses, each of another flow; with -Public each is sent by another public address. Says "packets bytes".
param([string] $Path, [int] $Count, [switch] $Public)
$stream = [System.IO.MemoryStream]::new()
$writer = [System.IO.BinaryWriter]::new($stream)
foreach ($number in 0xA1B2C3D4L, 0x00040002L, 0L, 0L, 262144L, 1L) { $writer.Write([uint32]$number) }
$bytes = 0
for ($i = 0; $i -lt $Count; $i++) {
    $payload = 18 + $i % 200
    $length = 42 + $payload
    foreach ($number in (1700000000L + $i), 0L, $length, $length) { $writer.Write([uint32]$number) }
    $udp = 8 + $payload
    $ip = 20 + $udp
    $port = 10000 + $i
    $source = $Public ? (11, 7, ($i -shr 8), ($i -band 255)) : (10, 99, 0, 1)
    [byte[]] $header = @(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0,
        0x45, 0, ($ip -shr 8), ($ip -band 255), 0, 0, 0x40, 0, 64, 17, 0, 0) + $source + @(10, 99, 0, 2,
        ($port -shr 8), ($port -band 255), 0x13, 0x88, ($udp -shr 8), ($udp -band 255), 0, 0)
    $writer.Write($header)
    $writer.Write([byte[]]::new($payload))
    $bytes += $length
}
[System.IO.File]::WriteAllBytes($Path, $stream.ToArray())
"$Count $bytes"
