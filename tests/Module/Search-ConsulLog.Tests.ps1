BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Default = $true; Name = 'logs' }
    # The agent's own log, with a denial in it.
    $blind = New-LabSession 'key_prefix "other/" { policy = "read" }'
    1..3 | ForEach-Object { Set-ConsulKv "logs/denied/$_" x -Session $blind -ErrorAction SilentlyContinue | Out-Null }
    $real = Join-Path $TestDrive 'real.log'
    $agent.Log | Set-Content $real
    function Add-Lines([string] $Path, [string[]] $Lines) { $Lines | Add-Content (Join-Path $TestDrive $Path); Join-Path $TestDrive $Path }
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Search-ConsulLog' {
    It 'finds in a real log what the agent was asked and denied, and who leads' {
        $found = Search-ConsulLog $real
        ($found | Where-Object Code -EQ 'Acl.PermissionDenied').Count | Should -BeGreaterOrEqual 3
        ($found | Where-Object Code -EQ 'Log.LeaderChange').Events[0].Text | Should -BeLike "*$($agent.NodeName) became leader*"
        ($found | Where-Object Code -EQ 'Log.Restart').Count | Should -BeGreaterOrEqual 1
    }

    It 'reads a packed file as it does the plain one, and files from the pipeline' {
        $packed = Join-Path $TestDrive 'packed.log.gz'
        $out = [IO.Compression.GZipStream]::new([IO.File]::Create($packed), [IO.Compression.CompressionMode]::Compress)
        $in = [IO.File]::OpenRead($real)
        $in.CopyTo($out); $out.Dispose(); $in.Dispose()
        # Each line's source is another file, all else is the same.
        (Search-ConsulLog $packed | ForEach-Object { "$($_.Code) $($_.Count) $($_.FirstSeen) $($_.Histogram)" }) | Should -Be (Search-ConsulLog $real | ForEach-Object { "$($_.Code) $($_.Count) $($_.FirstSeen) $($_.Histogram)" })
        @(Get-Item $packed | Search-ConsulLog -Raw).Count | Should -BeGreaterThan 5
    }

    It 'keeps to time, level and code' {
        $file = Add-Lines times.log '    2026-01-31T08:00:00.000Z [WARN]  agent: one', '    2026-01-31T09:00:00.000Z [ERROR] agent: two', '    2026-01-31T10:00:00.000Z [INFO]  agent: three'
        (Search-ConsulLog $file -Raw -Since '2026-01-31T08:30:00Z').Message | Should -Be 'two', 'three'
        (Search-ConsulLog $file -Raw -Until '2026-01-31T08:30:00Z').Message | Should -Be 'one'
        (Search-ConsulLog $file -Raw -Level Warn).Message | Should -Be 'one', 'two'
        (Search-ConsulLog $file -Raw -Level Warn).Time[0].UtcDateTime.Hour | Should -Be 8
        Search-ConsulLog $file -Raw -Since 1h | Should -BeNullOrEmpty
        (Search-ConsulLog $real -Code 'Acl.*').Code | Sort-Object -Unique | Should -BeLike 'Acl.*'
    }

    It 'reads a date as the user''s culture writes it, and refuses one that may be two days' {
        $file = Add-Lines dates.log '    2026-01-15T12:00:00.000Z [INFO]  agent: january', '    2026-02-07T12:00:00.000Z [INFO]  agent: early', '    2026-02-14T12:00:00.000Z [INFO]  agent: late'
        $culture = [cultureinfo]::CurrentCulture
        try {
            foreach ($name in 'de-DE', 'en-GB') {
                [cultureinfo]::CurrentCulture = $name
                (Search-ConsulLog $file -Raw -Since ([datetime]::new(2026, 2, 13)).ToString()).Message | Should -Be 'late'
                foreach ($text in ([datetime]::new(2026, 2, 1)).ToString(), ([datetime]::new(2026, 2, 1)).ToString('d')) {
                    $refused = Get-ErrorOf { Search-ConsulLog $file -Raw -Since $text }
                    "$refused" | Should -BeLike "*'$text' may be two moments: 2026-02-01 00:00:00 as $name writes it, or 2026-01-02 00:00:00 as others write it. Give the one you mean as '2026-02-01 00:00:00'*"
                }
                # The same day either way, and what no culture reads otherwise.
                (Search-ConsulLog $file -Raw -Since ([datetime]::new(2026, 2, 2)).ToString()).Message | Should -Be 'early', 'late'
                foreach ($text in '2026-02-01', '2026/02/01 00:00:00', '2026-02-01T00:00:00Z', '1 Feb 2026', [datetime]::new(2026, 2, 1)) { (Search-ConsulLog $file -Raw -Since $text).Message | Should -Be 'early', 'late' }
            }
            # Where years are counted otherwise.
            [cultureinfo]::CurrentCulture = 'th-TH'
            (Search-ConsulLog $file -Raw -Since '2026-02-01').Message | Should -Be 'early', 'late'
            "$(Get-ErrorOf { Search-ConsulLog $file -Raw -Since ([datetime]::new(2026, 2, 1)).ToString() })" | Should -BeLike '*may be two moments: 2026-02-01 00:00:00 as th-TH writes it*'
        } finally { [cultureinfo]::CurrentCulture = $culture }
    }

    It 'says that nothing of Consul''s was read, or nothing within the time' {
        $strange = Add-Lines strange.log 'Jan 31 08:00:00 host sshd[1]: Accepted publickey', 'Jan 31 08:00:01 host cron[2]: ran'
        Search-ConsulLog $strange -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warned" | Should -BeLike '*2 lines read*none of them was recognised as Consul''s*Give the log of the Consul agent*'
        $old = Add-Lines window.log '    2026-01-31T08:00:00.000Z [INFO]  agent: one', '    2026-01-31T09:00:00.000Z [INFO]  agent: two'
        Search-ConsulLog $old -Raw -Since '2026-01-31T10:00:00Z' -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warned" | Should -BeLike '*2 lines read*none lies after 2026-01-31 10:00:00*the first is of 2026-01-31 08:00:00*the last of 2026-01-31 09:00:00*'
        Search-ConsulLog $real -WarningVariable warned | Out-Null
        $warned | Should -BeNullOrEmpty
    }

    It 'says what it had to assume of times' {
        $file = Add-Lines old.log '    2020/01/31 08:00:00 [WARN] raft: Heartbeat timeout from "10.0.0.1:8300" reached, starting election'
        $found = Search-ConsulLog $file -WarningVariable warned -WarningAction SilentlyContinue
        $found | Should -Not -BeNullOrEmpty
        "$warned" | Should -BeLike '*zone*local*'
    }

    It 'listens to the agent while it writes' {
        $other = [powershell]::Create().AddScript({ param($address, $token) foreach ($i in 1..30) { Start-Sleep -Milliseconds 200; try { Invoke-RestMethod "$address/v1/kv/listened/$i" -Method Put -Body x -Headers @{ 'X-Consul-Token' = $token } } catch { } } }).AddArgument($agent.Address.OriginalString).AddArgument($agent.ManagementToken)
        $running = $other.BeginInvoke()
        try { $lines = Search-ConsulLog -Agent -Duration 4s -Level Debug -Raw } finally { $other.Stop(); $other.Dispose() }
        @($lines.Message -like '*url=/v1/kv/listened/*').Count | Should -BeGreaterThan 0
        "$($lines.Message)" | Should -Not -BeLike "*$($agent.ManagementToken)*"
    }

    It 'says kindly that the agent''s log is not for this token' {
        $refused = Get-ErrorOf { Search-ConsulLog -Agent -Duration 2s -Session $blind }
        "$($refused.FullyQualifiedErrorId)" | Should -BeLike 'Log.SourceUnusable,*'
        "$refused" | Should -BeLike '*agent:read*'
        $refused.ErrorDetails.RecommendedAction | Should -BeLike '*agent:read*'
    }

    It 'goes on where there is no agent, with the error that other commands give' {
        $gone = Get-ErrorOf { Search-ConsulLog -Agent -Duration 1s -Session http://127.0.0.1:1; $script:wentOn = $true }
        "$($gone.FullyQualifiedErrorId)" | Should -BeLike 'Tcp.Refused,*'
        $script:wentOn | Should -BeTrue
    }

    It 'says what is wrong with a source, and goes on with the next' {
        $refused = Get-ErrorOf { Search-ConsulLog (Join-Path $TestDrive none.log), $real }
        "$($refused.FullyQualifiedErrorId)" | Should -BeLike 'Log.SourceUnusable,*'
        Search-ConsulLog (Join-Path $TestDrive none.log), $real -ErrorAction SilentlyContinue | Should -Not -BeNullOrEmpty
        "$((Get-ErrorOf { Search-ConsulLog $TestDrive }))" | Should -BeLike '*folder*'
        "$((Get-ErrorOf { Search-ConsulLog $real -Since tomorrowish }))" | Should -BeLike '*no moment*'
    }

    It 'is not silent where nothing was looked at' {
        foreach ($none in 'none*.log', 'no[1].log') {
            $refused = Get-ErrorOf { Search-ConsulLog (Join-Path $TestDrive $none) }
            "$($refused.FullyQualifiedErrorId)" | Should -BeLike 'Log.SourceUnusable,*'
            "$refused" | Should -BeLike '*no file of such a name*'
        }
        $typo = Get-ErrorOf { Search-ConsulLog $real -Code Cluster.NoLeadr }
        "$($typo.FullyQualifiedErrorId)" | Should -BeLike 'Request.Invalid,*'
        "$typo" | Should -BeLike '*near it: Cluster.NoLeader*'
        "$((Get-ErrorOf { Search-ConsulLog $real -Code '*.NoLeader' }))" | Should -BeLike '*no finding*'
        Get-ChildItem $TestDrive -Filter *.nolog | Search-ConsulLog -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warned" | Should -BeLike '*No file came through the pipeline*'
        Search-ConsulLog $real -Raw -Code Log.LeaderChange -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warned" | Should -BeLike '*No single line is Log.LeaderChange*without -Raw*'
        (Get-ErrorOf { Search-ConsulLog env:PATH }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
    }

    It 'reads a file whose name looks like a pattern, and no folder beside files' {
        $named = Join-Path $TestDrive 'br[1].lg'
        Set-Content -LiteralPath $named '    2026-01-31T08:00:00.000Z [ERROR] agent: error="No cluster leader"'
        (Search-ConsulLog $named | Where-Object Code -EQ Cluster.NoLeader).Count | Should -Be 1
        (Get-Item -LiteralPath $named | Search-ConsulLog | Where-Object Code -EQ Cluster.NoLeader).Count | Should -Be 1
        New-Item -ItemType Directory (Join-Path $TestDrive folder.lg) | Out-Null
        Search-ConsulLog (Join-Path $TestDrive *.lg) -ErrorVariable failed | Should -Not -BeNullOrEmpty
        $failed | Should -BeNullOrEmpty
    }

    It 'tells what may not be read from what is not there' {
        if ($IsWindows -or -not (Get-Command setpriv -ErrorAction Ignore) -or (id -u) -ne 0) { Set-ItResult -Skipped -Because 'another user is needed, and root to become it'; return }
        $shut = Join-Path ([IO.Path]::GetTempPath()) "consulkvtools-shut-$([guid]::NewGuid().ToString('N'))"
        New-Item -ItemType Directory $shut, $shut/never, $shut/unlisted | Out-Null
        try {
            Set-Content $shut/never/consul.log, $shut/unlisted/consul.log '    2026-01-31T08:00:00.000Z [ERROR] agent: error="No cluster leader"'
            chmod 755 $shut; chmod 700 $shut/never; chmod 711 $shut/unlisted; chmod 644 $shut/unlisted/consul.log
            $script = "Import-Module '$ManifestPath'; `$p = '$shut'; Search-ConsulLog -LiteralPath `$p/never/consul.log, `$p/never/../never/x.log 2>&1 | % { `"1 `$_`" }; Search-ConsulLog `$p/never/consul.log, `$p/never/*.log, `$p/never/*/*.log, `$p/unlisted/*.log 2>&1 | % { `"2 `$_`" }; Search-ConsulLog -LiteralPath `$p/unlisted/consul.log -IncludeRotated 2>&1 | % { `"3 `$_`" }; exit"
            $said = setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/nonexistent (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command $script 2>&1 | Out-String
            $said | Should -Match '1 The log \S+/never/consul.log cannot be read: .*denied'
            $said | Should -Match '2 The log \S+/never/consul.log cannot be read: '
            $said | Should -Match '2 The log \S+/unlisted/\*.log cannot be read: .*denied'
            $said | Should -Not -Match 'no such file|of such a name'
            $said | Should -Match '3 The log \S+ cannot be read: its folder cannot be listed'
            $said | Should -Match '3 Cluster.NoLeader'
        } finally { Remove-Item $shut -Recurse -Force }
    }

    It 'does not take a journal that breaks off for a whole one' {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'there is no journal'; return }
        $bin = (New-Item -ItemType Directory (Join-Path $TestDrive bin)).FullName
        $line = '{"__REALTIME_TIMESTAMP":"1769846400000000","_HOSTNAME":"h","PRIORITY":"6","MESSAGE":"    2026-01-31T08:00:00.000Z [ERROR] agent: error=\"No cluster leader\""}'
        $path = $env:PATH
        try {
            $env:PATH = "$bin$([IO.Path]::PathSeparator)$path"
            foreach ($case in @(
                    @{ Script = "cat '$bin/lines'; echo 'Failed to iterate through journal: Bad message' >&2; exit 1"; Error = '*broke off after 3 lines*Bad message*'; Warning = '' }
                    @{ Script = "cat '$bin/lines'; kill -9 `$`$"; Error = '*broke off after 3 lines*ended with*'; Warning = '' }
                    @{ Script = "cat '$bin/lines'; echo 'Journal file x is truncated, ignoring file.' >&2; exit 0"; Error = ''; Warning = '*journalctl says of the journal of consul: *ignoring file*' }
                    @{ Script = "cat '$bin/lines'; exit 0"; Error = ''; Warning = '' })) {
                Set-Content $bin/lines ($line, $line, $line)
                Set-Content $bin/journalctl ('#!/bin/sh', $case.Script)
                chmod 755 $bin/journalctl
                $found = Search-ConsulLog -ErrorVariable failed -ErrorAction SilentlyContinue -WarningVariable warned -WarningAction SilentlyContinue
                ($found | Where-Object Code -EQ Cluster.NoLeader).Count | Should -Be 3
                "$failed" | Should -BeLike $case.Error
                "$warned" | Should -BeLike $case.Warning
            }
        } finally { $env:PATH = $path }
    }

    It 'reads a real journal' {
        $remote = '/lib/systemd/systemd-journal-remote'
        if (-not (Get-Command journalctl -ErrorAction Ignore) -or -not (Test-Path $remote)) { Set-ItResult -Skipped -Because 'journalctl and systemd-journal-remote are not both on this machine' }
        $export = (0..2 | ForEach-Object {
                $time = 1769846400000000 + $_ * 60000000
                "__REALTIME_TIMESTAMP=$time`n_BOOT_ID=0123456789abcdef0123456789abcdef`n_HOSTNAME=host-1`n_SYSTEMD_UNIT=consul.service`nPRIORITY=6`nMESSAGE=    2026-01-31T08:0$($_):00.000Z [ERROR] agent.http: Request error: method=PUT url=/v1/kv/a from=1.1.1.1:1 error=`"No cluster leader`"`n`n"
            }) -join ''
        [IO.File]::WriteAllText((Join-Path $TestDrive export.txt), $export)
        & $remote -o (Join-Path $TestDrive made.journal) (Join-Path $TestDrive export.txt) 2>&1 | Out-Null
        $found = Search-ConsulLog -Journal (Join-Path $TestDrive made.journal) | Where-Object Code -EQ Cluster.NoLeader
        $found.Count | Should -Be 3
        $found.Nodes | Should -Be 'host-1'
        (Search-ConsulLog -Journal (Join-Path $TestDrive made.journal) -Unit consul -Since 2026-01-31T08:00:30Z | Where-Object Code -EQ Cluster.NoLeader).Count | Should -Be 2
        Search-ConsulLog -Journal (Join-Path $TestDrive made.journal) -Unit other | Should -BeNullOrEmpty
    }

    It 'goes into a report' {
        Search-ConsulLog $real | Export-ConsulDiagnosis (Join-Path $TestDrive log.html) | Get-Content -Raw | Should -BeLike '*Acl.PermissionDenied*'
    }
}
