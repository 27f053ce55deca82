#Requires -Version 7.6
# The module itself: what it exports, how it is imported, what of it is where.

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    Initialize-Test
    $root = Get-Root
    $manifest = Import-PowerShellDataFile "$root/NetTraffic.psd1"
    $cmdlets = Get-Command -Module NetTraffic
}

Describe 'The module' {
    It 'exports what the manifest says' {
        (Get-Module NetTraffic).ExportedCommands.Keys | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
        Test-ModuleManifest "$root/NetTraffic.psd1" | Should -Not -BeNullOrEmpty
        (Get-Module NetTraffic).Version | Should -Be $manifest.ModuleVersion
    }

    It 'has names as PowerShell wants them' {
        $verbs = (Get-Verb).Verb
        foreach ($cmdlet in $cmdlets) {
            $cmdlet.Verb | Should -BeIn $verbs
            $cmdlet.Noun | Should -Not -Match '(?<!s)s$'
            if ($cmdlet.Verb -ne 'Remove') { $cmdlet.OutputType | Should -Not -BeNullOrEmpty }
            $changes = $cmdlet.Verb -in 'Clear', 'Export', 'Initialize', 'Invoke', 'Register', 'Remove', 'Set', 'Start', 'Stop', 'Unregister', 'Update' -or
                $cmdlet.Name -eq 'Import-IpBlocklist'
            $cmdlet.Parameters.ContainsKey('WhatIf') | Should -Be $changes -Because $cmdlet.Name
        }
    }

    It 'can be imported again and again, with -Force and after its removal' {
        Import-Module "$root/NetTraffic.psd1" -Force -Global
        Get-Command -Module NetTraffic | Should -HaveCount $cmdlets.Count
        (Get-Help Get-NetFlow).Synopsis | Should -BeLike 'Gets flows*'
        Remove-Module NetTraffic
        Get-Command Get-NetFlow -ErrorAction Ignore | Where-Object Module | Should -BeNullOrEmpty
        Import-Module "$root/NetTraffic.psd1" -Global
        Get-NetCapture -WarningAction Ignore | Should -BeNullOrEmpty
        Get-Command -Module NetTraffic | Should -HaveCount $cmdlets.Count
    }

    It 'works in several runspaces beside each other' {
        $file = New-DnsCapture dns.pcap 5
        $results = 1..4 | ForEach-Object -Parallel {
            Import-Module "$using:root/NetTraffic.psd1"
            (Import-NetCapture $using:file -StorePath "$using:TestDrive/parallel$_" | Get-TrafficSummary).Flows
        }
        $results | Should -Be 5, 5, 5, 5
    }

    It 'works in a background job' {
        $job = Start-Job { Import-Module "$using:root/NetTraffic.psd1"; (Get-TrafficSummary -Path "$using:root/tests/fixtures/sample.pcapng").Packets }
        $job | Receive-Job -Wait -AutoRemoveJob | Should -Be 2043
    }

    It 'keeps all but its words in a load context of its own' {
        $null = Get-TrafficSummary -WarningAction Ignore
        $names = [System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies | ForEach-Object { $_.GetName().Name }
        $names | Where-Object { $_ -like 'DuckDB*' -or $_ -in 'CsvHelper', 'NetTraffic.Engine', 'NetTraffic.PowerShell' } |
            Should -BeNullOrEmpty
        $names | Should -Contain NetTraffic
        [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext((Get-Command Get-NetFlow).ImplementingType.Assembly).Name |
            Should -Be NetTraffic
    }

    It 'has parameters and outputs of types that users can name' {
        foreach ($cmdlet in $cmdlets) {
            foreach ($type in @($cmdlet.Parameters.Values.ParameterType) + @($cmdlet.OutputType.Type | Where-Object { $_ })) {
                [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext($type.Assembly).Name |
                    Should -Not -Be NetTraffic -Because "$($cmdlet.Name): $type"
            }
        }
    }

    It 'says what to run where it is not built' {
        $copy = Get-TestPath copy
        $null = New-Item -ItemType Directory "$copy/module"
        Copy-Item "$root/NetTraffic.psd1" $copy
        Copy-Item "$root/module/*.ps*1*" "$copy/module"
        $got = Wait-PowerShell (Start-PowerShell '-Command', "Import-Module '$copy/NetTraffic.psd1'")
        $got.Code | Should -Be 1
        $got.Errors | Should -BeLike '*./build.sh build*'
    }
}
