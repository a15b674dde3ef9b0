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
        ($lines.Message -like '*url=/v1/kv/listened/*').Count | Should -BeGreaterThan 2
        "$($lines.Message)" | Should -Not -BeLike "*$($agent.ManagementToken)*"
    }

    It 'says kindly that the agent''s log is not for this token' {
        $refused = Get-ErrorOf { Search-ConsulLog -Agent -Duration 2s -Session $blind }
        "$($refused.FullyQualifiedErrorId)" | Should -BeLike 'Log.SourceUnusable,*'
        "$refused" | Should -BeLike '*agent:read*'
        $refused.ErrorDetails.RecommendedAction | Should -BeLike '*agent:read*'
    }

    It 'says what is wrong with a source, and goes on with the next' {
        $refused = Get-ErrorOf { Search-ConsulLog (Join-Path $TestDrive none.log), $real }
        "$($refused.FullyQualifiedErrorId)" | Should -BeLike 'Log.SourceUnusable,*'
        Search-ConsulLog (Join-Path $TestDrive none.log), $real -ErrorAction SilentlyContinue | Should -Not -BeNullOrEmpty
        "$((Get-ErrorOf { Search-ConsulLog $TestDrive }))" | Should -BeLike '*folder*'
        "$((Get-ErrorOf { Search-ConsulLog $real -Since tomorrowish }))" | Should -BeLike '*no moment*'
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
