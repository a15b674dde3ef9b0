BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $log = Join-Path $TestDrive 'writes.log'
    function New-Logged([hashtable] $With = @{}) { New-LabSession -With (@{ LogPath = $log } + $With) }
    function Get-Log { Get-ChildItem $TestDrive -Filter 'writes*.log' | ForEach-Object { Get-Content $_ | ConvertFrom-Json } }
}

Describe 'The write log' {
    AfterEach {
        Get-ConsulKvSession | Remove-ConsulKvSession
        Remove-Item (Join-Path $TestDrive 'writes*')
    }

    It 'has a line for each write as soon as the command ends, with the id of its result' {
        $session = New-Logged
        $one = Set-ConsulKv log/a 1 -Session $session
        $line = Get-Log
        $line.operation | Should -Be "$($one.OperationId)"
        $line.command, $line.kind, $line.key, $line.outcome | Should -Be 'Set-ConsulKv', 'Put', 'log/a', 'Written'
        $line.attempts.Count | Should -Be 1
        Remove-ConsulKv log/a -Session $session -Confirm:$false | Out-Null
        (Get-Log)[-1].command | Should -Be 'Remove-ConsulKv'
        New-PSDrive -Name logged -PSProvider ConsulKv -Root log -Session $session | Out-Null
        Set-Content logged:/d 1
        Remove-PSDrive logged
        (Get-Log)[-1].command, (Get-Log)[-1].key | Should -Be 'ConsulKv drive', 'log/d'
    }

    It 'has a line for writes that were refused, denied, in conflict, and for each of a pipeline' {
        $session = New-LabSession 'key_prefix "log/" { policy = "write" }' -With @{ LogPath = $log }
        1..100 | ForEach-Object { @{ Key = "log/$_"; Value = $_ } } | Set-ConsulKv -Session $session | Out-Null
        'elsewhere/x', '/bad', 'log/1' | Set-ConsulKv -Value x -Session $session -ErrorAction SilentlyContinue | Out-Null
        Set-ConsulKv log/1 x -CheckAndSet 1 -Session $session -ErrorAction SilentlyContinue | Out-Null
        $lines = Get-Log
        $lines.Count | Should -Be 104
        ($lines | Group-Object outcome | Sort-Object Name | ForEach-Object { "$($_.Name) $($_.Count)" }) | Should -Be 'Conflict 1', 'Denied 1', 'Failed 1', 'Written 101'
        @($lines.operation | Sort-Object -Unique).Count | Should -Be 104
        @($lines.transaction | Where-Object { $_ } | Sort-Object -Unique).Count | Should -BeIn (1..60)
    }

    It 'loses and tears no line while several processes write and rotate it' {
        $shells = 0..3 | ForEach-Object {
            $script = "Import-Module '$ManifestPath'; `$s = New-ConsulKvSession '$($agent.Address.OriginalString)' -Token (ConvertTo-SecureString `$env:LAB_TOKEN -AsPlainText -Force) -LogPath '$log' -LogMaximumSize 65536 -LogFiles 1000; 1..150 | ForEach-Object { @{ Key = `"log/p$_/`$_`"; Value = 1 } } | Set-ConsulKv -Session `$s -ThrottleLimit 2 | Out-Null; 1..30 | ForEach-Object { Set-ConsulKv `"log/q$_/`$_`" 1 -Session `$s | Out-Null }; exit"
            $start = [Diagnostics.ProcessStartInfo]::new((Get-Process -Id $PID).Path)
            foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', $script) { $start.ArgumentList.Add($argument) }
            $start.Environment['LAB_TOKEN'] = $agent.ManagementToken
            [Diagnostics.Process]::Start($start)
        }
        foreach ($shell in $shells) { $shell.WaitForExit(120000) | Should -BeTrue }
        $files = Get-ChildItem $TestDrive -Filter 'writes*.log'
        $files.Count | Should -BeGreaterThan 3
        $lines = Get-Log
        $lines.Count | Should -Be 720
        @($lines.key | Sort-Object -Unique).Count | Should -Be 720
        @($lines.pid | Sort-Object -Unique).Count | Should -Be 4
        foreach ($file in $files) { $file.Length | Should -BeLessOrEqual 65536 }
    }

    It 'warns once of lines that are lost, and writes all the same' {
        $session = New-LabSession -With @{ LogPath = (Join-Path $TestDrive 'nowhere/x.log'); Name = 'lossy' }
        $first = Set-ConsulKv log/a 1 -Session $session -WarningVariable warnings -WarningAction SilentlyContinue
        $second = Set-ConsulKv log/a 2 -Session $session -WarningVariable +warnings -WarningAction SilentlyContinue
        $first.Outcome, $second.Outcome | Should -Be 'Written', 'Written'
        @($warnings).Count | Should -Be 1
        "$warnings" | Should -BeLike 'Host.WriteLogLost: *nowhere*its folder does not exist*'
        $session.LostLogLines | Should -Be 2
        ($session | Format-List | Out-String) | Should -Match 'LostLogLines\s*: 2'
    }

    It 'is named by CONSULKV_LOG_PATH, also for sessions that nobody makes, and by its parameter before that' {
        $environment = @{ CONSULKV_LOG_PATH = $log; CONSUL_HTTP_ADDR = $agent.Address.OriginalString; CONSUL_HTTP_TOKEN = $agent.ManagementToken }
        Invoke-NewShell "Set-ConsulKv log/env 1 | Out-Null; (New-ConsulKvSession).Configuration | Where-Object Name -eq LogPath | ForEach-Object Source" $environment | Should -Be 'CONSULKV_LOG_PATH'
        (Get-Log).key | Should -Be 'log/env'
        $saved = Get-Location
        Set-Location $TestDrive
        try { (New-LabSession -With @{ LogPath = './writes2.log' }).LogPath | Should -Be (Join-Path $TestDrive 'writes2.log') } finally { Set-Location $saved }
    }

    It 'has the lines of a process that ends right after the write, and of a command that was stopped' {
        $environment = @{ CONSULKV_LOG_PATH = $log; CONSUL_HTTP_ADDR = $agent.Address.OriginalString; CONSUL_HTTP_TOKEN = $agent.ManagementToken }
        Invoke-NewShell "1..200 | ForEach-Object { @{ Key = `"log/`$_`"; Value = 1 } } | Set-ConsulKv | Select-Object -First 1 | Out-Null; exit" $environment | Out-Null
        $lines = @(Get-Log)
        # What was begun has its line, stopped or not.
        $lines.Count | Should -BeGreaterThan 0
        $lines.Count | Should -Be @($lines.operation | Sort-Object -Unique).Count
    }

    It 'refuses sizes and numbers that make no sense' {
        { New-ConsulKvSession -LogPath $log -LogMaximumSize 1KB } | Should -Throw
        { New-ConsulKvSession -LogPath $log -LogFiles 0 } | Should -Throw
        (New-ConsulKvSession -LogPath $log -LogMaximumSize 20GB).Configuration.Where({ $_.Name -eq 'LogMaximumSize' }).Value | Should -Be '21474836480'
    }

    It 'has its id in the verbose stream' {
        $session = New-Logged
        $said = Set-ConsulKv log/a 1 -Session $session -Verbose 4>&1
        "$said" | Should -Match "operation $((Get-Log)[-1].operation)"
    }
}
