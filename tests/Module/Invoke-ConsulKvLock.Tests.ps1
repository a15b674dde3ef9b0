BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Default = $true; Name = 'invoker' }
    $environment = @{ CONSUL_HTTP_ADDR = $agent.Address.OriginalString; CONSUL_HTTP_TOKEN = $agent.ManagementToken }
    function Get-Holder([string] $Key) { (Get-ConsulKvConsistent $Key -ErrorAction Ignore).LockSession }
    function Remove-LockSession($Lock) { Invoke-RestMethod -Method Put "$($agent.Address)v1/session/destroy/$($Lock.LockSession)" -Headers @{ 'X-Consul-Token' = $agent.ManagementToken } | Out-Null }
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Invoke-ConsulKvLock' {
    It 'runs the block while the lock is held, sees what is around it, and streams its output' {
        $around = 'seen'
        $seen = [Collections.Generic.List[string]]::new()
        function Use-Lock { $inner = 'too'; Invoke-ConsulKvLock locks/run { param($lock) "$around $inner $($lock.IsHeld)"; $seen.Add('after one'); 2 } }
        Use-Lock | ForEach-Object { $seen.Add("$_") }
        $seen | Should -Be 'seen too True', 'after one', '2'
        Get-Holder locks/run | Should -BeNullOrEmpty
    }

    It 'passes every stream of the block' {
        $ErrorActionPreference = 'Continue'
        $all = Invoke-ConsulKvLock locks/streams { Write-Warning w; Write-Information i -InformationAction Continue; Write-Error e; 'o' } 2>&1 3>&1 6>&1
        $all | ForEach-Object { $_.GetType().Name } | Should -Be 'WarningRecord', 'InformationRecord', 'ErrorRecord', 'String'
    }

    It 'throws what the block throws, as it was, and gives the lock back' {
        $(try { Invoke-ConsulKvLock locks/throw { throw [InvalidOperationException]::new('boom') } } catch [InvalidOperationException] { $_.Exception.Message }) | Should -Be 'boom'
        Get-Holder locks/throw | Should -BeNullOrEmpty
        $(try { Invoke-ConsulKvLock locks/throw { Get-ConsulKv locks/missing -ErrorAction Stop } } catch [ConsulKvTools.ConsulKeyNotFoundException] { 'missing' }) | Should -Be 'missing'
    }

    It 'gives the lock back when the rest of the pipeline wants no more' {
        Invoke-ConsulKvLock locks/first { 1; 2; Start-Sleep 30; 3 } | Select-Object -First 1 | Should -Be 1
        Get-Holder locks/first | Should -BeNullOrEmpty
    }

    It 'gives the lock back when the block leaves the shell' {
        Invoke-NewShell 'Invoke-ConsulKvLock locks/exit { ''in''; exit 0 }; ''not reached''' $environment | Should -Be 'in'
        Get-Holder locks/exit | Should -BeNullOrEmpty
    }

    It 'stops the block within a second when the lock is lost: <Name>' -ForEach @(
        @{ Name = 'in a sleep'; Does = { Start-Sleep 30 } }
        @{ Name = 'in a loop'; Does = { while ($true) { $null = 1 } } }
        @{ Name = 'in a native program'; Does = { if ($IsWindows) { ping -n 30 127.0.0.1 } else { /bin/sleep 30 } } }
        @{ Name = 'in another command of this module'; Does = { Watch-ConsulKv locks/never } }
    ) {
        $after = 'the block did not go on'
        $clock = [Diagnostics.Stopwatch]::new()
        $failure = $null
        try { Invoke-ConsulKvLock locks/lost -LockDelay 0s { param($lock) Remove-LockSession $lock; $clock.Start(); & $Does; $after = 'it went on' } } catch { $failure = $_ }
        # One second and what a busy machine takes.
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 5
        $failure.FullyQualifiedErrorId | Should -BeLike 'Lock.Lost,*'
        $failure.Exception | Should -BeOfType ([ConsulKvTools.ConsulLockException])
        $after | Should -Be 'the block did not go on'
    }

    It 'says so when the lock was lost and the block has ended all the same' {
        (Get-ErrorOf { Invoke-ConsulKvLock locks/late -LockDelay 0s { param($lock) Remove-LockSession $lock; while ($lock.IsHeld) { [Threading.Thread]::Sleep(20) } } }).FullyQualifiedErrorId | Should -BeLike 'Lock.Lost,*'
    }

    It 'does not run the block without the lock' {
        $ran = $false
        $other = Lock-ConsulKv locks/busy
        $(try { Invoke-ConsulKvLock locks/busy { Set-Variable ran $true -Scope 2 } -NoWait } catch { $_.FullyQualifiedErrorId }) | Should -BeLike 'Lock.NotAcquired,*'
        Unlock-ConsulKv $other | Out-Null
        Invoke-ConsulKvLock locks/busy { 'never' } -WhatIf | Should -BeNullOrEmpty
        $ran | Should -BeFalse
    }

    It 'stops within a second and gives the lock back on Ctrl+C, <Name>' -ForEach @(
        @{ Name = 'in the block'; Line = 'Invoke-ConsulKvLock locks/stop { ''in''; Start-Sleep 60 } -Session $args[0]' }
        @{ Name = 'while it waits for the lock'; Line = '''in''; Invoke-ConsulKvLock locks/stop2 { 1 } -Session $args[0]' }
    ) {
        $other = Lock-ConsulKv locks/stop2
        $shell = [powershell]::Create()
        try {
            $output = [Management.Automation.PSDataCollection[psobject]]::new()
            $shell.AddScript("Import-Module '$ManifestPath'; $Line").AddArgument($session) | Out-Null
            $null = $shell.BeginInvoke([Management.Automation.PSDataCollection[psobject]]::new(), $output)
            while ($output.Count -eq 0) { Start-Sleep -Milliseconds 20 }
            Start-Sleep -Milliseconds 300
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 3
            Get-Holder locks/stop | Should -BeNullOrEmpty
            Get-Holder locks/stop2 | Should -Be $other.LockSession
        }
        finally { $shell.Dispose(); Unlock-ConsulKv $other | Out-Null }
    }

    It 'lets exit end the script that calls, with its exit code' {
        $file = Join-Path $TestDrive 'leaves.ps1'
        Set-Content $file "Import-Module '$ManifestPath'", "Invoke-ConsulKvLock locks/leave { 'in'; exit 3 }", "'not reached'"
        foreach ($name in $environment.Keys) { Set-Item "env:$name" $environment[$name] }
        try { $said = & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $file } finally { $environment.Keys | ForEach-Object { Remove-Item "env:$_" } }
        $LASTEXITCODE | Should -Be 3
        $said | Should -Be 'in'
        Get-Holder locks/leave | Should -BeNullOrEmpty
    }

    It 'lets break and continue reach the loop around it, as ForEach-Object does' {
        $(foreach ($turn in 1..3) { Invoke-ConsulKvLock locks/loop { if ($turn -eq 2) { break }; $turn } }) | Should -Be 1
        $(foreach ($turn in 1..3) { Invoke-ConsulKvLock locks/loop { if ($turn -eq 2) { continue }; $turn } }) | Should -Be 1, 3
        Get-Holder locks/loop | Should -BeNullOrEmpty
    }

    It 'ends the block with an error that ends a statement where that of & would end, and nowhere else: <Name>' -ForEach @(
        @{ Name = 'in a try'; Around = { param($run) try { & $run } catch { 'caught' } } }
        @{ Name = 'in a function that a try calls'; Around = { param($run) function Invoke-Inner { & $run }; try { Invoke-Inner } catch { 'caught' } } }
        @{ Name = 'below a trap'; Around = { param($run) trap { 'trapped'; continue }; & $run } }
        @{ Name = 'without a try'; Around = { param($run) & $run } }
        @{ Name = 'beside a try'; Around = { param($run) try { 1 } catch { 2 }; & $run } }
    ) {
        # In another process, for a test itself runs in a try.
        $block = "{ [int]'x'; 'after a conversion'; [IO.File]::ReadAllText('/no/such/file'); 'after an exception' }"
        $script = "`$ErrorActionPreference = 'Continue'; `$Error.Clear(); & { $Around } { {0} } 2>`$null; `"errors `$(`$Error.Count)`""
        $expected = Invoke-NewShell $script.Replace('{0}', "& $block") $environment
        $expected | Should -Not -BeNullOrEmpty
        Invoke-NewShell $script.Replace('{0}', "Invoke-ConsulKvLock locks/statement $block") $environment | Should -Be $expected
        Get-Holder locks/statement | Should -BeNullOrEmpty
    }

    It 'hides no variable of what is around the block' {
        $block, $argument, $end, $mark, $lock = 'b', 'a', 'e', 'm', 'l'
        Invoke-ConsulKvLock locks/names { "$block $argument $end $mark $lock $($args.Count)" } | Should -Be 'b a e m l 1'
        7, 8 | ForEach-Object { Invoke-ConsulKvLock locks/names { 'one'; $_ } } | Should -Be 'one', 7, 'one', 8
    }

    It 'leaves in the output what the block itself has merged into it' {
        $ErrorActionPreference = 'Continue'
        $all = Invoke-ConsulKvLock locks/merged { & { Write-Warning w; Write-Error e; Write-Information i -InformationAction Continue; 'o' } *>&1; $null; , @(1, 2) } 2>$null 3>$null 6>$null
        $all | ForEach-Object { if ($null -eq $_) { 'null' } else { $_.GetType().Name } } | Should -Be 'WarningRecord', 'ErrorRecord', 'InformationRecord', 'String', 'null', 'Object[]'
    }

    It 'gives the lock back when what it says itself is not wanted any more' {
        Invoke-ConsulKvLock locks/said { 'x' } -Verbose 4>&1 | Where-Object { "$_" -match 'is locked by' } | Select-Object -First 1 | Should -Not -BeNullOrEmpty
        Get-Holder locks/said | Should -BeNullOrEmpty
        Invoke-ConsulKvLock locks/said { 'again' } -NoWait | Should -Be 'again'
    }

    It 'removes the key also when the block leaves by <Name>' -ForEach @(
        @{ Name = 'exit'; Does = { Invoke-NewShell 'Invoke-ConsulKvLock locks/gone { exit 0 } -Remove' $environment } }
        @{ Name = 'break'; Does = { foreach ($turn in 1, 2) { Invoke-ConsulKvLock locks/gone { break } -Remove } } }
        @{ Name = 'throw'; Does = { try { Invoke-ConsulKvLock locks/gone { throw 'x' } -Remove } catch { $null = $_ } } }
    ) {
        & $Does
        Get-ConsulKv locks/gone -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'stops the block when the session of its lock is removed in it' {
        $own = New-LabSession -With @{ Name = 'within' }
        $after = 'the block did not go on'
        $failure = $null
        try { Invoke-ConsulKvLock locks/session -Session $own { Remove-ConsulKvSession within 3>$null; Start-Sleep 30; $after = 'it went on' } } catch { $failure = $_ }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Lock.Lost,*'
        "$failure" | Should -Match 'the session it was made with was removed'
        $after | Should -Be 'the block did not go on'
        Get-Holder locks/session | Should -BeNullOrEmpty
        Invoke-ConsulKvLock locks/session { 'again' } -NoWait | Should -Be 'again'
    }

    It 'does not call lost what the block itself has given back' {
        Invoke-ConsulKvLock locks/unlocked { param($lock) (Unlock-ConsulKv $lock).Outcome; 'after' } | Should -Be 'Written', 'after'
    }
}
