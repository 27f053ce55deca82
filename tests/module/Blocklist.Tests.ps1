#Requires -Version 7.6
# Blocklists: importing, finding and removing them. No network but servers of the tests.

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $list = Get-TestPath bad.netset
    Set-Content $list '# made by a test', '192.0.2.0/24', '198.51.100.1 - 198.51.100.9', '2001:db8:bad::/48', 'not an address'
}

Describe 'Import-IpBlocklist' {
    BeforeAll { $store = New-StorePath }

    It 'keeps a list under the name of its file, and says what it left out' {
        $got = Invoke-Recorded { Import-IpBlocklist $list -StorePath $store }
        $got.Errors | Should -BeNullOrEmpty
        $got.Warnings | Should -HaveCount 1
        $got.Warnings[0] | Should -Match "^1 lines of '.*bad.netset' are no address"
        $got.Output.Name, $got.Output.Ranges, $got.Output.SkippedLines, $got.Output.Source | Should -Be bad, 3, 1, $list
        $got.Output.ImportTime | Should -BeGreaterThan (Get-Date).AddMinutes(-5)
        (Get-IpBlocklist -StorePath $store).Name | Should -Be bad
    }

    It 'replaces a list of the same name' {
        Set-Content (Get-TestPath other.txt) 192.0.2.7
        $null = Import-IpBlocklist (Get-TestPath other.txt) -Name bad -StorePath $store
        (Get-IpBlocklist -StorePath $store).Ranges | Should -Be 1
    }

    It 'takes the column of a CSV, by name and by number' {
        Set-Content (Get-TestPath some.csv) '"seen","dst_ip"', '"2026-01-01, 00:00","192.0.2.1"', '2026-01-02,192.0.2.3'
        (Import-IpBlocklist (Get-TestPath some.csv) -Column dst_ip -StorePath $store).Ranges | Should -Be 2
        (Import-IpBlocklist (Get-TestPath some.csv) -Column 2 -StorePath $store -WarningAction Ignore).Ranges | Should -Be 2
        (Assert-Problem { Import-IpBlocklist (Get-TestPath some.csv) -Column ip -StorePath $store } NotABlocklist InvalidData).Exception.Message |
            Should -Match "no column 'ip'"
    }

    It 'takes files from the pipeline: <_>' -ForEach 'Get-ChildItem $folder', 'Get-ChildItem $folder -Name | ForEach-Object { "$folder/$_" }',
        'Get-ChildItem $folder | Get-FileHash', 'Get-ChildItem $folder | Select-Object FullName' {
        $folder = New-Item -ItemType Directory -Force (Get-TestPath lists)
        Set-Content -LiteralPath "$folder/one[1].netset" 192.0.2.1
        Set-Content "$folder/two.ipset" 192.0.2.3
        $here = New-StorePath
        (Invoke-Expression $_ | Import-IpBlocklist -StorePath $here).Name | Should -Be 'one-1-', two
        (Get-IpBlocklist -StorePath $here).Name | Should -Be 'one-1-', two
    }

    It 'takes wildcards, and names with brackets as they are written' {
        $folder = New-Item -ItemType Directory -Force (Get-TestPath wild)
        $null = New-Item -ItemType Directory -Force "$folder/folder.netset"
        Set-Content -LiteralPath "$folder/one[1].netset" 192.0.2.1
        Set-Content "$folder/two.netset", "$folder/three.txt" 192.0.2.3
        $here = New-StorePath
        (Import-IpBlocklist "$folder/*.netset" -StorePath $here).Name | Should -Be 'one-1-', two
        (Import-IpBlocklist -LiteralPath "$folder/one[1].netset" -Name literal -StorePath $here).Ranges | Should -Be 1
        $null = Assert-Problem { Import-IpBlocklist "$folder/*.none" -StorePath $here } FileNotFound ObjectNotFound
        $null = Assert-Problem { Import-IpBlocklist "$folder/*.netset" -Name x -StorePath $here } BadArgument InvalidArgument
        (Get-IpBlocklist -StorePath $here).Name | Should -Be literal, 'one-1-', two
    }

    It 'does not replace within one call what that call brought' {
        $folder = New-Item -ItemType Directory -Force (Get-TestPath same)
        Set-Content "$folder/list.netset" 192.0.2.1, 192.0.2.3
        Set-Content "$folder/list.txt" 192.0.2.3
        $here = New-StorePath
        foreach ($call in { Import-IpBlocklist "$folder/list.*" -StorePath $here }, { Get-ChildItem $folder | Import-IpBlocklist -Name x -StorePath $here }) {
            $problem = Assert-Problem $call BadArgument InvalidArgument
            $problem.Exception.Message | Should -Match "list.txt' was left out"
        }
        (Get-IpBlocklist -StorePath $here).Ranges | Should -Be 2, 2
    }

    It 'says that a folder is one' {
        $null = Assert-Problem { Import-IpBlocklist (Get-TestPath '') -StorePath $store } PathIsFolder InvalidArgument
    }

    It 'reads gzip, whatever the name' {
        $bytes = [System.IO.MemoryStream]::new()
        $gzip = [System.IO.Compression.GZipStream]::new($bytes, [System.IO.Compression.CompressionMode]::Compress)
        $gzip.Write([System.Text.Encoding]::UTF8.GetBytes("192.0.2.1`n192.0.2.3`n"))
        $gzip.Dispose()
        [System.IO.File]::WriteAllBytes((Get-TestPath packed.txt), $bytes.ToArray())
        (Import-IpBlocklist (Get-TestPath packed.txt) -StorePath $store).Ranges | Should -Be 2
    }

    It 'goes on with the next file where one is not there or is no list' {
        Set-Content (Get-TestPath page.html) '<html>404 not found</html>'
        $here = New-StorePath
        $got = Invoke-Recorded { (Get-TestPath none.txt), (Get-TestPath page.html), $list | Import-IpBlocklist -StorePath $here }
        $got.Errors.FullyQualifiedErrorId -replace ',.*' | Should -Be FileNotFound, NotABlocklist
        $got.Output.Name | Should -Be bad
        (Get-IpBlocklist -StorePath $here).Name | Should -Be bad
    }

    It 'refuses what is no name: <_>' -ForEach '../evil', 'a/b', '.hidden', 'a b', "a`e[31m" {
        $name = $_
        $null = Assert-Problem { Import-IpBlocklist $list -Name $name -StorePath $store } BadArgument InvalidArgument
        Get-ChildItem (Get-TestPath '') -Recurse -Filter *evil* | Should -BeNullOrEmpty
    }

    It 'refuses an address that is none of the web, and one name for several files' {
        $null = Assert-Problem { Import-IpBlocklist -Uri some/list.txt -StorePath $store } BadArgument InvalidArgument
        $null = Assert-Problem { Import-IpBlocklist -Uri ftp://192.0.2.1/list.txt -StorePath $store } DownloadFailed ConnectionError
        $null = Assert-Problem { Import-IpBlocklist $list, (Get-TestPath some.csv) -Name x -StorePath $store } BadArgument InvalidArgument
    }

    It 'shows a hostile line escaped' {
        Set-Content (Get-TestPath hostile.txt) "`e]0;evil`a`e[31m<script>"
        $problem = Assert-Problem { Import-IpBlocklist (Get-TestPath hostile.txt) -StorePath $store } NotABlocklist InvalidData
        "$problem $($problem.Exception.Message) $($problem.ErrorDetails)" | Should -Not -Match '[\x00-\x1f\x7f]'
    }

    It 'does nothing with -WhatIf' {
        $here = New-StorePath
        Import-IpBlocklist $list -StorePath $here -WhatIf | Should -BeNullOrEmpty
        Test-Path $here | Should -BeFalse
    }
}

Describe 'Get- and Remove-IpBlocklist' {
    BeforeEach {
        $store = New-StorePath
        'one', 'two', 'old-a', 'old-b' | ForEach-Object { $null = Import-IpBlocklist $list -Name $_ -StorePath $store -WarningAction Ignore }
    }

    It 'finds lists by name and by wildcard' {
        (Get-IpBlocklist -StorePath $store).Name | Should -Be old-a, old-b, one, two
        (Get-IpBlocklist OLD-*, one -StorePath $store).Name | Should -Be old-a, old-b, one
        Get-IpBlocklist none* -StorePath $store | Should -BeNullOrEmpty
        $null = Assert-Problem { Get-IpBlocklist none -StorePath $store } BlocklistNotFound ObjectNotFound
    }

    It 'removes by name, by wildcard and by what is piped in' {
        Remove-IpBlocklist old-* -StorePath $store -WhatIf
        (Get-IpBlocklist -StorePath $store) | Should -HaveCount 4
        Remove-IpBlocklist old-* -StorePath $store
        (Get-IpBlocklist -StorePath $store).Name | Should -Be one, two
        Get-IpBlocklist one -StorePath $store | Remove-IpBlocklist
        (Get-IpBlocklist -StorePath $store).Name | Should -Be two
        'two' | Remove-IpBlocklist -StorePath $store
        Get-IpBlocklist -StorePath $store | Should -BeNullOrEmpty
        $null = Assert-Problem { Remove-IpBlocklist two -StorePath $store } BlocklistNotFound ObjectNotFound
        Remove-IpBlocklist two* -StorePath $store
    }

    It 'offers names at the tab key' {
        Get-Completion "Get-IpBlocklist -StorePath '$store' -Name o" | Should -Be old-a, old-b, one
        Get-Completion "Remove-IpBlocklist -StorePath '$store' -Name t" | Should -Be two
    }

    It 'names a list that is damaged, and goes on with the others' {
        [System.IO.File]::WriteAllBytes("$store/blocklists/two.ranges", [byte[]]::new(100))
        [System.IO.File]::WriteAllBytes("$store/blocklists/ev`u{1}il.ranges", [byte[]]::new(100))
        $got = Invoke-Recorded { Get-IpBlocklist -StorePath $store }
        $got.Output.Name | Should -Be old-a, old-b, one
        $got.Warnings | Should -HaveCount 2
        $got.Warnings -join ' ' | Should -Match "'two' is left out"
        $got.Warnings -join ' ' | Should -Not -Match '[\x00-\x1f]'
        (Get-IpEnrichment 192.0.2.1 -StorePath $store -WarningAction Ignore).Blocklists | Should -Be old-a, old-b, one

        # Both can be removed, as the warnings say.
        Remove-IpBlocklist two, ev* -StorePath $store
        (Invoke-Recorded { Get-IpBlocklist -StorePath $store }).Warnings | Should -BeNullOrEmpty
    }

    It 'says that there is no store' {
        $got = Invoke-Recorded { Get-IpBlocklist -StorePath (New-StorePath) }
        $got.Output | Should -BeNullOrEmpty
        $got.Warnings | Should -Match 'There is no store'
    }

    It 'shows a damaged wildcard as an error' {
        $null = Assert-Problem { Get-IpBlocklist '[' -StorePath $store } BadWildcard InvalidArgument
        $null = Assert-Problem { Remove-IpBlocklist '[' -StorePath $store } BadWildcard InvalidArgument
    }
}
