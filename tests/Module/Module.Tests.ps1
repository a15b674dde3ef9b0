BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $environment = @{ CONSUL_HTTP_ADDR = $agent.Address.OriginalString; CONSUL_HTTP_TOKEN = $agent.ManagementToken }
    # A write makes the module load everything it has, Polly included.
    $write = "(Set-ConsulKv module/x `$PID).Outcome"
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'The module folder' {
    It 'has a sound manifest' {
        $manifest = Test-ModuleManifest $ManifestPath -WarningVariable said
        $said | Should -BeNullOrEmpty
        $manifest.PowerShellVersion | Should -Be ([version]'5.1')
        $manifest.CompatiblePSEditions | Should -Be 'Desktop', 'Core'
        Import-PowerShellDataFile $ManifestPath | Should -Not -BeNullOrEmpty
    }

    It 'has the version of its assemblies' {
        $file = [Diagnostics.FileVersionInfo]::GetVersionInfo((Join-Path $ModulePath 'bin/net8.0/ConsulKvTools.dll'))
        ([version]$file.FileVersion).ToString(3) | Should -Be (Test-ModuleManifest $ManifestPath).Version.ToString(3)
    }

    It 'exports exactly these commands' {
        (Get-Command -Module ConsulKvTools).Name | Sort-Object | Should -Be @(
            'Add-ConsulShouldOperator',
            'Compare-ConsulDiagnosis',
            'Compare-ConsulKv',
            'Export-ConsulDiagnosis',
            'Export-ConsulKv',
            'Export-ConsulKvMetric',
            'Find-ConsulKvSecret',
            'Get-ConsulFinding',
            'Get-ConsulKv',
            'Get-ConsulKvConsistent',
            'Get-ConsulKvMetric',
            'Get-ConsulKvRelease',
            'Get-ConsulKvSession',
            'Get-ConsulKvTestPath',
            'Import-ConsulKv',
            'Invoke-ConsulDiagnosis',
            'Invoke-ConsulFaultDrill',
            'Invoke-ConsulKvLock',
            'Lock-ConsulKv',
            'Measure-ConsulKv',
            'New-ConsulKvSession',
            'New-ConsulRetryPolicy',
            'Publish-ConsulKvRelease',
            'Remove-ConsulKv',
            'Remove-ConsulKvRelease',
            'Remove-ConsulKvSession',
            'Resolve-ConsulError',
            'Search-ConsulLog',
            'Set-ConsulKv',
            'Switch-ConsulKvRelease',
            'Test-ConsulAcl',
            'Test-ConsulConnectivity',
            'Test-ConsulEnvironment',
            'Test-ConsulKvSession',
            'Unlock-ConsulKv',
            'Watch-ConsulKv')
        (Test-ModuleManifest $ManifestPath).ExportedCmdlets.Keys | Sort-Object | Should -Be ((Get-Command -Module ConsulKvTools).Name | Sort-Object)
    }

    It 'has the private assemblies apart from the module''s own' {
        foreach ($framework in 'net8.0', 'net472') {
            (Get-ChildItem (Join-Path $ModulePath "bin/$framework")).Name | Sort-Object | Should -Be 'ConsulKvTools.Core.dll', 'ConsulKvTools.dll'
            $private = (Get-ChildItem (Join-Path $ModulePath "deps/$framework")).Name
            $private | Should -Contain 'ConsulKvTools.Resilience.dll'
            $private | Should -Contain 'Polly.Core.dll'
            $private | Should -Not -Contain 'System.Management.Automation.dll'
        }
        (Get-ChildItem (Join-Path $ModulePath 'deps/net8.0')).Name | Sort-Object | Should -Be 'ConsulKvTools.Resilience.dll', 'ConsulKvTools.Yaml.dll', 'Polly.Core.dll', 'YamlDotNet.dll'
    }

    It 'describes every command with parameters that have types' {
        foreach ($command in Get-Command -Module ConsulKvTools) {
            Get-Command $command.Name -Syntax | Should -Not -BeNullOrEmpty
            $command.OutputType | Should -Not -BeNullOrEmpty -Because $(if ($command.Name -in 'Remove-ConsulKvSession', 'Add-ConsulShouldOperator') { continue } else { $command.Name })
        }
    }
}

Describe 'Importing' {
    It 'works' {
        Invoke-NewShell $write $environment | Should -Be 'Written'
    }

    It 'works again with -Force, before and after use' {
        Invoke-NewShell "Import-Module '$ManifestPath' -Force; $write; Import-Module '$ManifestPath' -Force; $write; (Get-Command -Module ConsulKvTools).Count" $environment | Should -Be "Written`nWritten`n$((Import-PowerShellDataFile $ManifestPath).CmdletsToExport.Count)"
    }

    It 'works again after Remove-Module, before and after use' {
        Invoke-NewShell "Remove-Module ConsulKvTools; Import-Module '$ManifestPath'; $write; Remove-Module ConsulKvTools; Import-Module '$ManifestPath'; $write" $environment | Should -Be "Written`nWritten"
    }

    It 'takes the commands away with Remove-Module' {
        Invoke-NewShell "Remove-Module ConsulKvTools; @(Get-Command *-ConsulKv* -CommandType Cmdlet).Count" $environment | Should -Be '0'
    }

    It 'works in ForEach-Object -Parallel, each runspace importing for itself' {
        Invoke-NewShell "(1..8 | ForEach-Object -Parallel { Import-Module '$ManifestPath'; (Set-ConsulKv `"module/parallel/`$_`" x).Outcome } | Group-Object).Name" $environment | Should -Be 'Written'
    }

    It 'shares a session with ForEach-Object -Parallel' {
        Invoke-NewShell "`$s = New-ConsulKvSession; (1..8 | ForEach-Object -Parallel { Import-Module '$ManifestPath'; (Set-ConsulKv `"module/shared/`$_`" x -Session `$using:s).Outcome } | Group-Object).Name" $environment | Should -Be 'Written'
    }

    It 'works in a second runspace, also after the first removed it' {
        $second = "`$p = [powershell]::Create(); `$p.AddScript('Import-Module ''$ManifestPath''').Invoke() | Out-Null; `$p.Commands.Clear(); Remove-Module ConsulKvTools; `$p.AddScript('$($write -replace "'", "''")').Invoke(); `$p.Streams.Error"
        Invoke-NewShell $second $environment | Should -Be 'Written'
    }
}

Describe 'Another module''s Polly' {
    BeforeAll {
        # A foreign Polly.Core of another version, without a single one of the types ours has.
        $foreign = Join-Path $TestDrive 'Polly.Core.dll'
        Invoke-NewShell "Add-Type -OutputAssembly '$foreign' -TypeDefinition '[assembly: System.Reflection.AssemblyVersion(""7.7.7.7"")] namespace Polly { public class Foreign { } }'" | Should -BeNullOrEmpty
        $load = "Add-Type -Path '$foreign'"
    }

    It 'may be there first' {
        Invoke-NewShell "$load; $write; [Polly.Foreign].Assembly.GetName().Version.ToString()" $environment | Should -Be "Written`n7.7.7.7"
    }

    It 'may come later' {
        Invoke-NewShell "$write; $load; [Polly.Foreign].Assembly.GetName().Version.ToString(); $write" $environment | Should -Be "Written`n7.7.7.7`nWritten"
    }

    It 'is never ours: ours is in a context of its own' {
        $contexts = "[AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.GetName().Name -in 'Polly.Core', 'ConsulKvTools.Resilience' } | ForEach-Object { `$_.GetName().Name + ' ' + [Runtime.Loader.AssemblyLoadContext]::GetLoadContext(`$_).Name } | Sort-Object"
        Invoke-NewShell "$write; $contexts" $environment | Should -Be "Written`nConsulKvTools.Resilience ConsulKvTools`nPolly.Core ConsulKvTools"
    }
}

Describe 'Stopping' {
    BeforeAll {
        # Takes connections and never answers.
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start(100)
        $silent = "http://127.0.0.1:$($listener.LocalEndpoint.Port)"
    }
    AfterAll { $listener.Stop() }

    It 'ends within a second: <_>' -ForEach @(
        'Set-ConsulKv a b', '1..500 | Set-ConsulKv -Value b', 'Set-ConsulKv a b -WhatIf', 'Get-ConsulKv a', 'Get-ConsulKv a/', 'Get-ConsulKvConsistent a', 'Get-ConsulKvConsistent a -WaitIndex 9', 'Get-ConsulKvConsistent a -CompareStale', 'Remove-ConsulKv a', 'Remove-ConsulKv a/ -Recurse -Force',
        'Test-ConsulConnectivity', 'Test-ConsulAcl a', 'Invoke-ConsulDiagnosis a'
    ) {
        $shell = [powershell]::Create()
        try {
            $shell.AddScript("Import-Module '$ManifestPath'; New-ConsulKvSession $silent -Default | Out-Null").Invoke() | Out-Null
            $shell.Commands.Clear()
            $running = $shell.AddScript($_).BeginInvoke()
            Start-Sleep -Milliseconds 500
            $running.IsCompleted | Should -BeFalse
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            # A second is what is promised; a busy machine may take longer to take note.
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 3
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        }
        finally { $shell.Dispose() }
    }

    It 'ends within a second in the middle of a listing, and hangs up' {
        $server = [ConsulKvTools.Lab.ScriptedHttpServer]::new()
        $shell = [powershell]::Create()
        try {
            $begun = "HTTP/1.1 200 OK`r`nX-Consul-Index: 1`r`nContent-Length: 100000`r`n`r`n[" + '{"LockIndex":0,"Key":"a/1","Flags":0,"Value":null,"CreateIndex":1,"ModifyIndex":1},'
            [void]$server.On('GET', '/v1/kv/', [ConsulKvTools.Lab.ScriptedResponse]::Raw($begun).ThenSilence())
            $given = [Management.Automation.PSDataCollection[psobject]]::new()
            $running = $shell.AddScript("Import-Module '$ManifestPath'; Get-ConsulKv a/ -Session $($server.Address.OriginalString.TrimEnd('/'))").BeginInvoke([Management.Automation.PSDataCollection[psobject]]$null, $given)
            for ($time = 0; $given.Count -eq 0 -and $time -lt 200; $time++) { Start-Sleep -Milliseconds 50 }
            $given[0].Key | Should -Be 'a/1'
            $running.IsCompleted | Should -BeFalse
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            # A second is what is promised; a busy machine may take longer to take note.
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 3
            for ($time = 0; (Get-NetworkConnections $server.Port) -gt 0 -and $time -lt 100; $time++) { Start-Sleep -Milliseconds 50 }
            Get-NetworkConnections $server.Port | Should -Be 0
        }
        finally {
            $shell.Dispose()
            $server.Dispose()
        }
    }
}
