# Lock-ConsulKv and Unlock-ConsulKv: what is taken is given back, and a lock that was lost is known to be.

BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Default = $true; Name = 'locker' }
    $environment = @{ CONSUL_HTTP_ADDR = $agent.Address.OriginalString; CONSUL_HTTP_TOKEN = $agent.ManagementToken }
    function Get-Holder([string] $Key) { (Get-ConsulKvConsistent $Key -ErrorAction Ignore).LockSession }
    function Wait-Until([scriptblock] $Is, [int] $Seconds = 30) {
        $clock = [Diagnostics.Stopwatch]::StartNew()
        while (-not (& $Is)) { if ($clock.Elapsed.TotalSeconds -gt $Seconds) { throw "Not within $Seconds s: $Is" }; Start-Sleep -Milliseconds 20 }
    }
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Lock-ConsulKv' {
    It 'holds the key, says who does, and gives it back to Unlock-ConsulKv' {
        $lock = Lock-ConsulKv locks/plain
        $lock | Should -BeOfType ([ConsulKvTools.ConsulKvLock])
        $lock.IsHeld | Should -BeTrue
        Get-Holder locks/plain | Should -Be $lock.LockSession
        $owner = (Get-ConsulKv locks/plain).Value | ConvertFrom-Json
        $owner.Owner | Should -BeLike '*@*'
        $owner.ProcessId | Should -Be $PID
        ($lock | Unlock-ConsulKv).Outcome | Should -Be 'Written'
        $lock.IsHeld | Should -BeFalse
        Get-Holder locks/plain | Should -BeNullOrEmpty
        # Once more does no harm and says the same.
        (Unlock-ConsulKv $lock).Outcome | Should -Be 'Written'
    }

    It 'refuses a lock that another holds: <_>' -ForEach @('-NoWait', '-Timeout 500ms') {
        $other = Lock-ConsulKv locks/held
        try {
            $failure = Get-ErrorOf ([scriptblock]::Create("Lock-ConsulKv locks/held $_"))
            $failure.FullyQualifiedErrorId | Should -BeLike 'Lock.NotAcquired,*'
            $failure.CategoryInfo.Category | Should -Be 'ResourceBusy'
            $failure.Exception | Should -BeOfType ([ConsulKvTools.ConsulLockException])
            "$failure" | Should -Match $other.LockSession
        }
        finally { Unlock-ConsulKv $other | Out-Null }
    }

    It 'does not wait without end for a lock of this very runspace: <Name>' -ForEach @(
        @{ Name = 'Lock-ConsulKv'; Does = { Lock-ConsulKv locks/own; $script:went = $true } }
        @{ Name = 'Invoke-ConsulKvLock'; Does = { Invoke-ConsulKvLock locks/own { $script:went = $true } } }
    ) {
        $own = Lock-ConsulKv locks/own
        try {
            $script:went = $false
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $failure = Get-ErrorOf $Does
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 30
            $failure.FullyQualifiedErrorId | Should -BeLike 'Lock.HeldHere,*'
            "$failure" | Should -Match $own.LockSession
            $failure.ErrorDetails.RecommendedAction | Should -Match 'Unlock-ConsulKv'
            $script:went | Should -BeFalse -Because 'a script that goes on would believe that it has a second lock'
            # Another runspace of the same process waits its turn.
            $waiting = Start-Beside { Import-Module $args[0]; $lock = Lock-ConsulKv locks/own -Session $args[1]; $lock.IsHeld; Unlock-ConsulKv $lock | Out-Null } $ManifestPath, $session
            Start-Sleep -Milliseconds 500
            $waiting.Handle.IsCompleted | Should -BeFalse
        }
        finally { Unlock-ConsulKv $own | Out-Null }
        Receive-Beside $waiting | Should -BeTrue
    }

    It 'changes nothing with -WhatIf' {
        Lock-ConsulKv locks/whatif -WhatIf | Should -BeNullOrEmpty
        Get-ConsulKv locks/whatif -ErrorAction Ignore | Should -BeNullOrEmpty
        $lock = Lock-ConsulKv locks/whatif
        Unlock-ConsulKv $lock -WhatIf | Should -BeNullOrEmpty
        $lock.IsHeld | Should -BeTrue
        Unlock-ConsulKv $lock -Remove | Out-Null
        Get-ConsulKv locks/whatif -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'is taken by Set-ConsulKv -LockSession while it is held and refused once it is not' {
        $lock = Lock-ConsulKv locks/writer
        (Set-ConsulKv locks/writer mine -LockSession $lock -Acquire).Outcome | Should -Be 'Written'
        Unlock-ConsulKv $lock | Out-Null
        # What the holder wrote stays, and the key can be locked again.
        (Get-ConsulKv locks/writer).Value | Should -Be 'mine'
        $failure = Get-ErrorOf { Set-ConsulKv locks/writer late -LockSession $lock -Acquire }
        "$failure" | Should -Match 'not held any more, so nothing is written'
        Lock-ConsulKv locks/writer -NoWait | Unlock-ConsulKv | Out-Null
    }

    It 'gives locks back that were taken in a runspace when the runspace ends' {
        $shell = [powershell]::Create()
        $shell.AddScript("Import-Module '$ManifestPath'; `$lock = Lock-ConsulKv locks/runspace -Session `$args[0]").AddArgument($session).Invoke() | Out-Null
        Get-Holder locks/runspace | Should -Not -BeNullOrEmpty
        $shell.Runspace.Dispose()
        Wait-Until { -not (Get-Holder locks/runspace) } 5
        $shell.Dispose()
    }

    It 'gives them back when the process ends: <_>' -ForEach @('', 'exit 0', '[Environment]::Exit(0)') {
        $held = Invoke-NewShell "(Lock-ConsulKv locks/process).LockSession; $_" $environment
        $held | Should -Match '^[0-9a-f-]{36}'
        # At once, not by the TTL: nobody waits for a lock-delay.
        Wait-Until { -not (Get-Holder locks/process) } 5
        Lock-ConsulKv locks/process -NoWait | Unlock-ConsulKv | Out-Null
    }

    It 'is known to be lost by a holder that was frozen past its TTL, before it does more, and its fencing value is behind' -Skip:(-not $IsLinux) {
        $file = Join-Path $TestDrive 'work.txt'
        $script = "`$lock = Lock-ConsulKv locks/frozen -Ttl 10s -LockDelay 0s; [IO.File]::AppendAllText('$file', `"held `$(`$lock.FencingValue)``n`"); while (`$lock.IsHeld) { [IO.File]::AppendAllText('$file', `"work``n`"); Start-Sleep -Milliseconds 20 }; [IO.File]::AppendAllText('$file', `"lost `$(`$lock.Loss.Code)``n`")"
        $start = [Diagnostics.ProcessStartInfo]::new((Get-Process -Id $PID).Path)
        foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', "Import-Module '$ManifestPath'; $script") { $start.ArgumentList.Add($argument) }
        foreach ($name in $environment.Keys) { $start.Environment[$name] = $environment[$name] }
        $process = [Diagnostics.Process]::Start($start)
        try {
            Wait-Until { (Test-Path $file) -and (Get-Content $file).Count -gt 5 } 60
            /bin/kill -STOP $process.Id
            Start-Sleep -Milliseconds 200
            $before = (Get-Content $file).Count
            # Consul ends the lock session between one and two TTLs.
            $next = Lock-ConsulKv locks/frozen -Timeout 60s
            $next.IsHeld | Should -BeTrue
            /bin/kill -CONT $process.Id
            Wait-Until { (Get-Content $file)[-1] -like 'lost *' } 20
            $lines = Get-Content $file
            # It may have been stopped between the question and the line that follows: one line, which the fencing value is for.
            $lines.Count - 1 - $before | Should -BeLessOrEqual 1
            [ulong]$lines[0].Substring(5) | Should -BeLessThan $next.FencingValue
            Unlock-ConsulKv $next | Out-Null
        }
        finally { if (-not $process.HasExited) { $process.Kill() } }
    }

    It 'leaves nothing running: no lock session, no request' {
        $sessions = { @((Invoke-RestMethod "$($agent.Address)v1/session/list" -Headers @{ 'X-Consul-Token' = $agent.ManagementToken }) | Where-Object Name -Like 'lock of locks/nothing*').Count }
        $locks = 1..5 | ForEach-Object { Lock-ConsulKv "locks/nothing$_" }
        & $sessions | Should -Be 5
        $locks | Unlock-ConsulKv | Out-Null
        & $sessions | Should -Be 0
    }

    It 'can be unlocked again when the agent could not be reached, and is not said to be given back before' {
        $proxy = [ConsulKvTools.Lab.TcpFaultProxy]::new($agent.Address)
        try {
            $through = New-ConsulKvSession $proxy.Address.OriginalString -Token (ConvertTo-Secret $agent.ManagementToken) -RetryPolicy (New-ConsulRetryPolicy 2 -BaseDelay 50ms -MaxDelay 100ms -TotalTimeout 1s -AttemptTimeout 1s)
            $lock = Lock-ConsulKv locks/unreached -Ttl 1h -Session $through
            $proxy.Refuse()
            $ErrorActionPreference = 'Continue'
            $all = Unlock-ConsulKv $lock 2>&1 3>&1
            ($all | Where-Object { $_ -is [Management.Automation.ErrorRecord] }).FullyQualifiedErrorId | Should -BeLike 'Tcp.Refused,*'
            "$($all | Where-Object { $_ -is [Management.Automation.WarningRecord] })" | Should -Match '^locks/unreached stays locked'
            "$lock" | Should -BeLike '* held by *'
            Get-Holder locks/unreached | Should -Be $lock.LockSession
            $proxy.Pass()
            (Unlock-ConsulKv -Key locks/unreached).Outcome | Should -Be 'Written'
            "$lock" | Should -BeLike '* given back by *'
            Get-Holder locks/unreached | Should -BeNullOrEmpty
        }
        finally { $proxy.Dispose() }
    }

    It 'gives back what nobody took: <Name>' -ForEach @(
        @{ Name = 'an error downstream'; Does = { Lock-ConsulKv locks/untaken | ForEach-Object { throw 'no' } } }
        @{ Name = 'an error over what it says'; Does = { Lock-ConsulKv locks/untaken -Verbose 4>&1 | ForEach-Object { if ("$_" -match 'is locked by') { throw 'no' } } } }
        # The lock comes while the pipeline is busy with what was said of the wait.
        @{ Name = 'an error while it is got'; IsHeld = $true; Does = { Lock-ConsulKv locks/untaken -Debug -Timeout 30s 5>&1 | ForEach-Object { if ("$_" -match 'session/info') { $other.Dispose(); Start-Sleep 2; throw 'no' } } } }
    ) {
        $other = if ($IsHeld) { Lock-ConsulKv locks/untaken }
        $Does | Should -Throw 'no'
        Wait-Until { -not (Get-Holder locks/untaken) } 5
        Lock-ConsulKv locks/untaken -NoWait | Unlock-ConsulKv | Out-Null
    }

    It 'keeps what was taken by who wants no more' {
        $lock = Lock-ConsulKv locks/first | Select-Object -First 1
        $lock.IsHeld | Should -BeTrue
        foreach ($turn in 1) { Lock-ConsulKv locks/second | ForEach-Object { $second = $_; break } }
        $second.IsHeld | Should -BeTrue
        $lock, $second | Unlock-ConsulKv | Out-Null
    }

    It 'gives them back when the process is told to end: <Name> by SIG<Signal>' -Skip:$IsWindows -ForEach @(
        @{ Signal = 'TERM'; Name = 'Lock-ConsulKv'; Script = '$lock = Lock-ConsulKv locks/signal; ''in''; Start-Sleep 60' }
        @{ Signal = 'HUP'; Name = 'Lock-ConsulKv'; Script = '$lock = Lock-ConsulKv locks/signal; ''in''; Start-Sleep 60' }
        @{ Signal = 'TERM'; Name = 'Invoke-ConsulKvLock'; Script = 'Invoke-ConsulKvLock locks/signal { ''in''; Start-Sleep 60 }' }
    ) {
        $ignored = if (Test-Path /proc/self/status) { [Convert]::ToUInt64((Select-String '^SigIgn:\s*(\w+)' /proc/self/status).Matches[0].Groups[1].Value, 16) }
        if ($Signal -eq 'HUP' -and $ignored -band 1) {
            Set-ItResult -Skipped -Because 'this run was started with SIGHUP ignored, as nohup does, and its children are too'
            return
        }
        $start = [Diagnostics.ProcessStartInfo]::new((Get-Process -Id $PID).Path)
        foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', "Import-Module '$ManifestPath'; $Script") { $start.ArgumentList.Add($argument) }
        foreach ($variable in $environment.Keys) { $start.Environment[$variable] = $environment[$variable] }
        $start.RedirectStandardOutput = $true
        $process = [Diagnostics.Process]::Start($start)
        try {
            $process.StandardOutput.ReadLine() | Should -Be 'in'
            Get-Holder locks/signal | Should -Not -BeNullOrEmpty
            $clock = [Diagnostics.Stopwatch]::StartNew()
            /bin/kill -s $Signal $process.Id
            $process.WaitForExit(10000) | Should -BeTrue
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 5
            Get-Holder locks/signal | Should -BeNullOrEmpty
            # Without lock-delay.
            Lock-ConsulKv locks/signal -NoWait | Unlock-ConsulKv | Out-Null
        }
        finally { if (-not $process.HasExited) { $process.Kill() } }
    }

    It 'is given back with its session, and says so' {
        $own = New-LabSession -With @{ Name = 'going' }
        $lock = Lock-ConsulKv locks/going -Session $own
        Remove-ConsulKvSession $own -WarningVariable said 3>$null
        "$said" | Should -Match '^The lock of locks/going '
        (Unlock-ConsulKv $lock).Outcome | Should -Be 'Written'
        Get-Holder locks/going | Should -BeNullOrEmpty
    }
}
