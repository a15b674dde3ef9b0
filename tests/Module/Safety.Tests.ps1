BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Default = $true }
    $root = "safety/$([guid]::NewGuid().ToString('N'))/"
    $environment = @{ CONSUL_HTTP_ADDR = $agent.Address.OriginalString; CONSUL_HTTP_TOKEN = $agent.ManagementToken }
    $utf8 = '[Console]::OutputEncoding = [Text.Encoding]::UTF8;'

    # A command in a shell of its own, whose streams can be looked at; it is begun and not waited for.
    function Start-Command([string] $Script, [hashtable] $Variables = @{}) {
        $shell = [powershell]::Create()
        foreach ($name in $Variables.Keys) { $shell.Runspace.SessionStateProxy.SetVariable($name, $Variables[$name]) }
        $shell.AddScript("Import-Module '$ManifestPath'").Invoke() | Out-Null
        $shell.Commands.Clear()
        [pscustomobject]@{ Shell = $shell; Running = $shell.AddScript($Script).BeginInvoke() }
    }
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe '-WhatIf' {
    It 'says that a value is larger than agents usually take, and nothing of one that is not' {
        Invoke-NewShell "$utf8 Set-ConsulKv '${root}size' ('z' * 524289) -WhatIf" $environment | Should -Match 'would be refused, because 524,289 bytes are more than 524,288, unless'
        Invoke-NewShell "$utf8 Set-ConsulKv '${root}size' ('z' * 524288) -WhatIf" $environment | Should -Not -Match 'refused'
    }

    It 'shows a change of several lines line by line, and changes nothing' {
        Set-ConsulKv "${root}lines" "one`ntwo`nthree" | Out-Null
        $said = Invoke-NewShell "$utf8 Set-ConsulKv '${root}lines' ('one', 'TWO', 'three' -join [char]10) -WhatIf" $environment
        $said.Replace("`r", '') | Should -Match ([regex]::Escape("lines: the text changes, 1 line out and 1 in`n  @@ line 2 @@`n  - two`n  + TWO"))
        (Get-ConsulKv "${root}lines").Value | Should -Be "one`ntwo`nthree"
    }

    It 'says <Says> for <Name>' -ForEach @(
        @{ Name = 'the same value'; Arguments = "'old'"; Says = 'no change' }
        @{ Name = 'another index'; Arguments = "'new' -CheckAndSet 1"; Says = 'would be refused, because its index is \d+, not 1' }
        @{ Name = 'a key that is there'; Arguments = "'new' -CreateOnly"; Says = 'would be refused, because the key exists' }
        @{ Name = 'bytes'; Arguments = '([byte[]](0xff, 1))'; Says = '\(2 bytes: ff 01\)' }
    ) {
        Set-ConsulKv "${root}one" old | Out-Null
        Invoke-NewShell "$utf8 Set-ConsulKv '${root}one' $Arguments -WhatIf" $environment | Should -Match $Says
        (Get-ConsulKv "${root}one").Value | Should -Be 'old'
    }

    It 'compares the first hundred of many inputs and counts the rest' {
        $said = Invoke-NewShell "$utf8 1..5000 | ForEach-Object { [pscustomobject]@{ Key = '${root}wi/' + `$_; Value = 1 } } | Set-ConsulKv -WhatIf" $environment
        @($said -split "`n").Count | Should -Be 101
        $said | Should -Match "Set 4,900 more keys, ${root}wi/101 … ${root}wi/5000"
        Get-ConsulKv "${root}wi/" -NamesOnly | Should -BeNullOrEmpty
    }

    It 'shows the keys of a table' {
        $said = Invoke-NewShell "$utf8 Set-ConsulKv -Prefix '${root}table' -InputObject ([ordered]@{ a = 1; b = @{ c = 2 } }) -WhatIf" $environment
        $said | Should -Match "${root}table/a: \(no such key, would be created\) → '1'"
        $said | Should -Match "${root}table/b/c: "
        Get-ConsulKv "${root}table/" -NamesOnly | Should -BeNullOrEmpty
    }
}

Describe 'Questions' {
    BeforeEach { 1..8 | ForEach-Object { "${root}tree/$_" } | Set-ConsulKv -Value v | Out-Null }

    It 'names the number of keys and a sample before a tree is removed' {
        Invoke-NewShell "$utf8 Remove-ConsulKv '${root}tree/' -Recurse -WhatIf" $environment | Should -Match "Remove 8 keys that begin with '${root}tree/': ${root}tree/1, ${root}tree/2, .*tree/5 … ${root}tree/8"
    }

    It 'says to give -Confirm:$false where nobody can be asked: <Name>' -ForEach @(
        @{ Name = 'a shell without a person'; Ask = { Invoke-NewShell "$utf8 try { Remove-ConsulKv '${root}tree/' -Recurse } catch { `$_.FullyQualifiedErrorId; `$_.ToString(); `$_.ErrorDetails.RecommendedAction }" $environment } }
        @{ Name = 'a host without a prompt'; Ask = {
                $shell = [powershell]::Create()
                try {
                    $shell.Runspace.SessionStateProxy.SetVariable('s', $session)
                    $shell.AddScript("Import-Module '$ManifestPath'; Remove-ConsulKv '${root}tree/' -Recurse -Session `$s").Invoke() | Out-Null
                    $shell.Streams.Error | ForEach-Object { "$($_.FullyQualifiedErrorId) $_ $($_.ErrorDetails.RecommendedAction)" }
                }
                finally { $shell.Dispose() }
            } }
    ) {
        $said = & $Ask
        "$said" | Should -Match 'Request\.Invalid,'
        "$said" | Should -Match ([regex]::Escape('-Confirm:$false'))
        "$said" | Should -Match '8 keys'
        @(Get-ConsulKv "${root}tree/" -NamesOnly).Count | Should -Be 8
    }

    It 'does not count what nobody is asked about' {
        $relay = [ConsulKvTools.Lab.TcpFaultProxy]::new($agent.HttpAddress)
        try {
            $through = New-ConsulKvSession -Address $relay.Address.OriginalString -Token (ConvertTo-Secret $agent.ManagementToken)
            (Remove-ConsulKv "${root}tree/" -Recurse -Confirm:$false -Session $through).Outcome | Should -Be 'Written'
            $relay.Requests.Path | Should -Not -Match 'keys'
            Get-ConsulKv "${root}tree/" -NamesOnly | Should -BeNullOrEmpty
        }
        finally { $through | Remove-ConsulKvSession; $relay.Dispose() }
    }
}

Describe 'The story of a call' {
    It 'tells with -Verbose which session, the outcome and the time of a write, and with -Debug its wire facts' {
        $said = Set-ConsulKv "${root}story" 'the value itself' -Verbose -Debug 4>&1 5>&1
        $verbose = "$($said | Where-Object { $_ -is [Management.Automation.VerboseRecord] })"
        $debug = "$($said | Where-Object { $_ -is [Management.Automation.DebugRecord] })"
        $verbose | Should -Match 'Session .* from the default session of this runspace'
        $verbose | Should -Match "${root}story: Written, 1 request in "
        $debug | Should -Match "PUT /v1/kv/${root}story\?flags=0: 200 in .* ms .*, 16 B sent, 4 B received"
        $debug | Should -Match 'X-Consul-Token: <hidden>'
        "$verbose $debug" | Should -Not -Match 'the value itself'
        "$verbose $debug" | Should -Not -Match $agent.ManagementToken
    }

    It 'tells each attempt, what it met and the pause, while it goes on' {
        $policy = New-ConsulRetryPolicy 2 -BaseDelay 10ms
        $said = Set-ConsulKv a b -Session (New-ConsulKvSession http://127.0.0.1:1 -RetryPolicy $policy) -Verbose -ErrorAction Ignore 4>&1
        "$said" | Should -Match 'PUT a met Tcp\.Refused \(Nothing listens at 127\.0\.0\.1:1\): tried again after \d+ ms'
        "$said" | Should -Match 'a: Failed \(Tcp\.Refused\), 2 requests'
        "$said" | Should -Match 'not tried again: all 2 attempts are used up'
        "$(Get-ConsulKv a -Session (New-ConsulKvSession http://127.0.0.1:1 -RetryPolicy $policy) -Verbose -ErrorAction Ignore 4>&1)" | Should -Match 'GET a met Tcp\.Refused'
    }

    It 'sums up many writes instead of telling each, and has one wire line a transaction' {
        $said = 1..640 | ForEach-Object { [pscustomobject]@{ Key = "${root}sum/$_"; Value = 1 } } | Set-ConsulKv -Verbose -Debug 4>&1 5>&1
        $verbose = @($said | Where-Object { $_ -is [Management.Automation.VerboseRecord] })
        $verbose.Count | Should -Be 12
        "$($verbose[-1])" | Should -Match '^640 results in .* a second: 640 Written\.$'
        # As many as there were transactions: a slow producer's are smaller.
        @($said | Where-Object { $_ -is [Management.Automation.DebugRecord] }).Count | Should -BeLessThan 200
    }

    It 'is silent without them' {
        Set-ConsulKv "${root}story" x 4>&1 5>&1 | Should -HaveCount 1
    }
}

Describe 'Progress' {
    BeforeAll { $relay = [ConsulKvTools.Lab.TcpFaultProxy]::new($agent.HttpAddress); $relay.Delay([timespan]::FromMilliseconds(1600)) }
    AfterAll { $relay.Dispose() }

    It 'is shown of what takes longer than a second, and taken away: <_>' -ForEach 'Set-ConsulKv a b', 'Get-ConsulKv a -ErrorAction Ignore', 'Set-ConsulKv -Prefix p -InputObject @{ a = 1 }' {
        $command = Start-Command "$_ -Session `$s" @{ s = New-ConsulKvSession -Address $relay.Address.OriginalString -Token (ConvertTo-Secret $agent.ManagementToken) }
        try {
            $command.Shell.EndInvoke($command.Running) | Out-Null
            $shown = @($command.Shell.Streams.Progress | Where-Object Activity -Like '*Consul KV')
            $shown.Count | Should -BeGreaterOrEqual 2
            $shown[0].StatusDescription | Should -Match 'waiting for the first answer'
            $shown[-1].RecordType | Should -Be 'Completed'
        }
        finally { $command.Shell.Dispose() }
    }

    It 'is not shown of what is quick, nor where it is not wanted: <Name>' -ForEach @(
        @{ Name = 'quick'; Script = '1..100 | Set-ConsulKv -Value 1 -Session $fast' }
        @{ Name = 'not wanted'; Script = '$ProgressPreference = ''SilentlyContinue''; Set-ConsulKv a b -Session $s' }
        @{ Name = 'not wanted by this command'; Script = 'Set-ConsulKv a b -Session $s -ProgressAction SilentlyContinue' }
    ) {
        $command = Start-Command $Script @{ fast = $session; s = New-ConsulKvSession -Address $relay.Address.OriginalString -Token (ConvertTo-Secret $agent.ManagementToken) }
        try {
            $command.Shell.EndInvoke($command.Running) | Out-Null
            $command.Shell.HadErrors | Should -BeFalse
            # The quick one may be slow on a machine that is busy; then it is at least taken away.
            $shown = @($command.Shell.Streams.Progress | Where-Object Activity -Like '*Consul KV')
            if ($Name -eq 'quick') { @($shown | Where-Object RecordType -NE Completed).Count | Should -BeLessThan 3 } else { $shown | Should -BeNullOrEmpty }
        }
        finally { $command.Shell.Dispose() }
    }
}

Describe 'Ctrl+C' {
    BeforeAll {
        $silent = [ConsulKvTools.Lab.ScriptedHttpServer]::new()
        'GET', 'PUT', 'DELETE' | ForEach-Object { [void]$silent.On($_, '/', [ConsulKvTools.Lab.ScriptedResponse]::Silence) }
        $full = [ConsulKvTools.Lab.FullBacklogListener]::new()
        $lost = [ConsulKvTools.Lab.TcpFaultProxy]::new($agent.HttpAddress)
        $lost.DropResponses()
        $slow = [ConsulKvTools.Lab.TcpFaultProxy]::new($agent.HttpAddress)
        $slow.Limit(5000)
        1..100 | ForEach-Object { [pscustomobject]@{ Key = "${root}big/$_"; Value = 'x' * 5000 } } | Set-ConsulKv | Out-Null
        $token = ConvertTo-Secret $agent.ManagementToken
        $variables = @{
            agent  = $session
            silent = New-ConsulKvSession $silent.Address.OriginalString
            full   = New-ConsulKvSession "http://127.0.0.1:$($full.Port)" -ConnectTimeout 60s
            lost   = New-ConsulKvSession $lost.Address.OriginalString -Token $token
            slow   = New-ConsulKvSession $slow.Address.OriginalString -Token $token
            pause  = New-ConsulKvSession http://127.0.0.1:1 -RetryPolicy (New-ConsulRetryPolicy -BaseDelay 60s -MaxDelay 60s -TotalTimeout 5m)
            root   = $root
        }
    }
    AfterAll { $silent, $full, $lost, $slow | ForEach-Object Dispose }

    # A second is what is promised; the limit leaves room for a machine that is busy, and is far below the end that each would have by itself.
    It 'stops <Name>' -ForEach @(
        @{ Name = 'a connection into nothing'; Script = 'Set-ConsulKv a b -Session $full' }
        @{ Name = 'a pause before the next attempt of a write'; Script = 'Set-ConsulKv a b -Session $pause' }
        @{ Name = 'a pause before the next attempt of a read'; Script = 'Get-ConsulKv a -Session $pause' }
        @{ Name = 'a transaction under way'; Script = '1..10000 | Set-ConsulKv -Value 1 -Session $lost' }
        @{ Name = 'an atomic write'; Script = '1..10 | Set-ConsulKv -Value 1 -Atomic -Session $lost' }
        @{ Name = 'the write of a table'; Script = 'Set-ConsulKv -Prefix t -InputObject @{ a = 1; b = 2 } -Session $lost' }
        @{ Name = 'a copy'; Script = 'Get-ConsulKv "${root}big/" -Session $slow | Set-ConsulKv -Session $agent' }
        @{ Name = 'many reads'; Script = '1..100 | Get-ConsulKv -Session $silent' }
        @{ Name = 'a huge read'; Script = 'Get-ConsulKv "${root}big/" -Session $slow' }
        @{ Name = 'a huge table'; Script = 'Get-ConsulKv "${root}big" -AsHashtable -Session $slow' }
        @{ Name = 'a wait'; Script = 'Get-ConsulKv "${root}big/1" -WaitValue never -Session $agent' }
        @{ Name = 'the look at what is there'; Script = 'Set-ConsulKv a b -WhatIf -Session $silent' }
        @{ Name = 'the count of what is to be removed'; Script = 'Remove-ConsulKv a/ -Recurse -WhatIf -Session $silent' }
    ) {
        $command = Start-Command $Script $variables
        try {
            Start-Sleep -Milliseconds 800
            $command.Running.IsCompleted | Should -BeFalse
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $command.Shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 3
            $command.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
        }
        finally { $command.Shell.Dispose() }
    }
}
