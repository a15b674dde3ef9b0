# What is wrong with an input is said so that it can be mended: every id is documented, every exception can be caught by its kind.

BeforeDiscovery {
    # Command and arguments; the id; what the message has to name. Nothing listens at the address, and nothing may be asked of it.
    $bad = @(
        # durations
        foreach ($one in 'New-ConsulRetryPolicy -BaseDelay', 'New-ConsulRetryPolicy -MaxDelay', 'New-ConsulRetryPolicy -AttemptTimeout', 'New-ConsulRetryPolicy -TotalTimeout',
            'New-ConsulRetryPolicy -ElectionPatience', 'New-ConsulRetryPolicy -TokenGrace', 'New-ConsulRetryPolicy -CircuitBreakDuration', 'New-ConsulKvSession -ConnectTimeout',
            'Get-ConsulKv a -WaitIndex 1 -WaitTimeout', 'Get-ConsulKvConsistent a -WaitIndex 1 -WaitTimeout', 'Test-ConsulConnectivity -Timeout', 'Watch-ConsulKv a -Timeout', 'Watch-ConsulKv a -Interval', 'Watch-ConsulKv a -WaitTime', 'Lock-ConsulKv a -Ttl', 'Lock-ConsulKv a -LockDelay', 'Lock-ConsulKv a -Timeout', 'Invoke-ConsulDiagnosis a -Timeout', 'Invoke-ConsulDiagnosis a -Interval') {
            foreach ($value in "'soon'", '5', "''", "'-3s'") {
                @{ Line = "$one $value"; Id = 'ParameterArgumentTransformationError'; Says = "(?s)$($one.Split('-')[-1]).*($([regex]::Escape($value.Trim("'")))|''|-00:00:03).*500ms" }
            }
        }
        # whole numbers
        foreach ($one in 'Watch-ConsulKv a -MaximumChanges', 'Lock-ConsulKv -Prefix a -Limit', 'New-ConsulRetryPolicy -MaxAttempts', 'New-ConsulRetryPolicy -CircuitBreakerFailures', 'New-ConsulKvSession -MaxConnections', 'Set-ConsulKv a b -ThrottleLimit', 'Remove-ConsulKv a -ThrottleLimit',
            'Invoke-ConsulDiagnosis a -Count', 'Invoke-ConsulDiagnosis a -IdleSeconds', 'Invoke-ConsulDiagnosis a -ProcessId') {
            foreach ($value in "'many'", '1.5', "''", '1e12') {
                @{ Line = "$one $value"; Id = 'ParameterArgumentTransformationError'; Says = "(?s)$($one.Split('-')[-1]).*is not .*: give" }
            }
        }
        foreach ($one in 'New-ConsulRetryPolicy -MaxAttempts 0', 'New-ConsulRetryPolicy -MaxAttempts 101', 'New-ConsulKvSession -MaxConnections 201', 'Set-ConsulKv a b -ThrottleLimit 0', 'Invoke-ConsulDiagnosis a -Count 0', 'Invoke-ConsulDiagnosis a -IdleSeconds 86401') {
            @{ Line = $one; Id = 'ParameterArgumentValidationError'; Says = "$(($one -split ' -')[-1].Split(' ')[0]).*$($one.Split(' ')[-1])" }
        }
        # indexes and flags
        foreach ($one in 'Set-ConsulKv a b -CheckAndSet', 'Set-ConsulKv a b -Flags', 'Remove-ConsulKv a -CheckAndSet', 'Get-ConsulKv a -WaitIndex', 'Get-ConsulKvConsistent a -WaitIndex', 'Watch-ConsulKv a -Since') {
            foreach ($value in "'first'", '-1', '1.5', '$null') {
                @{ Line = "$one $value"; Id = 'ParameterArgumentTransformationError'; Says = "$($one.Split('-')[-1]).*$([regex]::Escape($value.Trim("'").Replace('$null', "''")))" }
            }
        }
        # words of a list
        foreach ($one in 'New-ConsulRetryPolicy -Backoff|Exponential', 'Get-ConsulKv a -Consistency|Stale', 'Test-ConsulAcl a -Operation|DeleteRecurse', 'Invoke-ConsulDiagnosis a -Operation|DeleteRecurse',
            'Invoke-ConsulDiagnosis a -MinimumSeverity|Warning', 'Export-ConsulDiagnosis -Path x.html -InputObject $diagnosis -Format|JUnit') {
            $line, $known = $one.Split('|')
            @{ Line = "$line sideways"; Id = 'CannotConvertArgumentNoMessage'; Says = "(?s)$($line.Split('-')[-1]).*sideways.*$known" }
        }
        # empty and null
        foreach ($name in 'Address', 'TokenFile', 'CACertificate', 'CAPath', 'ClientCertificate', 'ClientKey', 'TlsServerName', 'Datacenter', 'Namespace', 'Partition', 'Name') {
            @{ Line = "New-ConsulKvSession -$name ''"; Id = 'ParameterArgumentValidationError'; Says = $name }
        }
        foreach ($one in 'New-ConsulKvSession -Proxy', 'New-ConsulKvSession -RetryPolicy', 'Get-ConsulKv a -Session', 'Test-ConsulAcl a -AdminSession', 'Set-ConsulKv a b -OperationPrefix', 'Get-ConsulKv a -Separator', 'Get-ConsulKvSession -Name', 'Get-ConsulFinding -Code', 'Invoke-ConsulDiagnosis -Key', 'Invoke-ConsulDiagnosis a -Canary') {
            @{ Line = "$one `$null"; Id = 'ParameterArgumentValidationError'; Says = $one.Split('-')[-1] }
        }
        @{ Line = 'Remove-ConsulKvSession $null'; Id = 'ParameterArgumentValidationErrorNullNotAllowed'; Says = 'Session' }
        @{ Line = 'Compare-ConsulDiagnosis $null x'; Id = 'ParameterArgumentValidationErrorNullNotAllowed'; Says = 'Reference' }
        @{ Line = 'Resolve-ConsulError -Path @()'; Id = 'ParameterArgumentValidationErrorEmptyArrayNotAllowed'; Says = 'Path' }
        @{ Line = "Export-ConsulDiagnosis -InputObject `$diagnosis -Path ''"; Id = 'ParameterArgumentValidationErrorEmptyStringNotAllowed'; Says = 'Path' }
        # objects of another kind
        @{ Line = 'New-ConsulKvSession -RetryPolicy 3'; Id = 'ParameterArgumentTransformationError'; Says = "RetryPolicy.*'3'.*New-ConsulRetryPolicy" }
        @{ Line = "New-ConsulKvSession -Token 'text'"; Id = 'ParameterArgumentTransformationError'; Says = 'Token.*SecureString' }
        @{ Line = 'Get-ConsulKv a -Session 17'; Id = 'ParameterArgumentTransformationError'; Says = 'Session.*New-ConsulKvSession' }
        @{ Line = "Get-ConsulKv a -Session ' '"; Id = 'ParameterArgumentTransformationError'; Says = 'Session.*http://127' }
        @{ Line = 'Compare-ConsulDiagnosis 1 2'; Id = 'Report.Unreadable'; Says = '-Reference.*Int32.*Invoke-ConsulDiagnosis' }
        @{ Line = 'Get-ConsulKv a -Recurse:7.5.1'; Id = 'CannotConvertArgument'; Says = 'Recurse' }
        # addresses and paths
        @{ Line = "New-ConsulKvSession 'ftp://consul'"; Id = 'Config.AddrSchemeUnknown'; Says = 'ftp' }
        @{ Line = "New-ConsulKvSession 'http://host:99999'"; Id = 'Config.*'; Says = '-Address.*host:port' }
        @{ Line = "Get-ConsulKv a -Session 'ftp://consul'"; Id = 'Config.AddrSchemeUnknown'; Says = 'ftp' }
        @{ Line = "New-ConsulKvSession -TokenFile '/nowhere/at/all'"; Id = 'Config.*'; Says = '/nowhere/at/all' }
        @{ Line = "New-ConsulKvSession -CACertificate 'env:x'"; Id = 'Request.Invalid'; Says = 'env:x.*Environment' }
        @{ Line = "Resolve-ConsulError -Path '/nowhere/at/all'"; Id = 'Request.Invalid'; Says = '/nowhere/at/all' }
        @{ Line = "Export-ConsulDiagnosis -InputObject `$diagnosis -Path x.unknown"; Id = 'Request.Invalid'; Says = 'x.unknown' }
        @{ Line = "Compare-ConsulDiagnosis /nowhere/at/all x"; Id = 'Report.Unreadable'; Says = '/nowhere/at/all' }
        # keys and values
        foreach ($one in "Get-ConsulKv '/a'|Key.LeadingSlash", "Set-ConsulKv '' x|Key.Empty", "Remove-ConsulKv 'a//b'|Key.DoubleSlash", "Test-ConsulAcl '/a'|Key.LeadingSlash", "Get-ConsulKvConsistent 'a/../b'|Key.DotSegments") {
            $line, $id = $one.Split('|')
            @{ Line = $line; Id = $id; Says = $line.Split("'")[1] }
        }
        @{ Line = 'Set-ConsulKv a @{ x = 1 }'; Id = 'Request.Invalid'; Says = 'ConvertTo-Json.*key a' }
        @{ Line = 'Set-ConsulKv a $null'; Id = 'Request.Invalid'; Says = 'null.*key a' }
        @{ Line = 'Set-ConsulKv'; Id = 'Request.Invalid'; Says = '-Key' }
        @{ Line = "Set-ConsulKv a b -Acquire -LockSession ''"; Id = 'Session.Missing'; Says = 'lock session' }
        @{ Line = "Get-ConsulFinding Acl.Nothing"; Id = 'Request.Invalid'; Says = "Acl.Nothing.*Get-ConsulFinding 'Acl\*'" }
        @{ Line = 'Get-ConsulKvSession nobody'; Id = 'Request.Invalid'; Says = 'nobody' }
        @{ Line = "Invoke-ConsulDiagnosis a -Suppress Acl.Nothing"; Id = 'Request.Invalid'; Says = 'Acl.Nothing' }
        @{ Line = 'Invoke-ConsulDiagnosis -FromError ([Exception]::new("x"))'; Id = 'Request.Invalid'; Says = 'Resolve-ConsulError' }
        # what does not go together
        @{ Line = 'Set-ConsulKv a b -CreateOnly -CheckAndSet 1'; Id = 'AmbiguousParameterSet'; Says = 'parameter' }
        @{ Line = 'Invoke-ConsulDiagnosis a -Wait -Count 2'; Id = 'Request.Invalid'; Says = '-Wait and -Count' }
        @{ Line = 'Invoke-ConsulDiagnosis a -Interval 2s'; Id = 'Request.Invalid'; Says = '-Interval' }
        @{ Line = 'Get-ConsulKv a -WaitTimeout 3s'; Id = 'Request.Invalid'; Says = '-WaitIndex or -WaitValue' }
        @{ Line = 'Get-ConsulKv a -Separator /'; Id = 'Request.Invalid'; Says = '-NamesOnly' }
        @{ Line = "New-ConsulRetryPolicy -BaseDelay 3s -MaxDelay 1s"; Id = 'Request.Invalid'; Says = 'MaxDelay.*BaseDelay' }
        @{ Line = 'New-ConsulRetryPolicy -CircuitBreakerFailures 1'; Id = 'Request.Invalid'; Says = 'CircuitBreakerFailures is 1' }
        @{ Line = 'Watch-ConsulKv a -InitialState -Since 5'; Id = 'Request.Invalid'; Says = '-InitialState.*-Since' }
        @{ Line = 'Watch-ConsulKv a -WaitTime 11m'; Id = 'Request.Invalid'; Says = '-WaitTime is 00:11:00' }
        @{ Line = 'Lock-ConsulKv a -Ttl 5s'; Id = 'Request.Invalid'; Says = '-Ttl is 00:00:05.*10s to 24h' }
        @{ Line = 'Lock-ConsulKv a -LockDelay 61s'; Id = 'Request.Invalid'; Says = '-LockDelay.*0s to 60s' }
        @{ Line = 'Lock-ConsulKv a -NoWait -Timeout 3s'; Id = 'Request.Invalid'; Says = '-NoWait' }
        @{ Line = 'Unlock-ConsulKv -Key a'; Id = 'Request.Invalid'; Says = 'Lock-ConsulKv' }
        @{ Line = 'Test-ConsulConnectivity -Timeout 0s'; Id = 'Request.Invalid'; Says = '-Timeout' }
        # how PowerShell itself refuses
        @{ Line = 'Get-ConsulKv'; Id = 'MissingMandatoryParameter'; Says = 'Key' }
        @{ Line = 'Get-ConsulKv a -Consistency'; Id = 'MissingArgument'; Says = 'Consistency' }
        @{ Line = 'Get-ConsulKv a -Fresh'; Id = 'NamedParameterNotFound'; Says = 'Fresh' }
        @{ Line = 'Get-ConsulKv a b'; Id = 'PositionalParameterNotFound'; Says = "'b'" }
        @{ Line = 'Get-ConsulKv a -Recurse -Recurse'; Id = 'ParameterAlreadyBound'; Says = 'Recurse' }
    )
}

BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $module = [ConsulKvTools.View].Assembly
    $page = $module.GetType('ConsulKvTools.Commands.ErrorsPage').GetMethod('Render').Invoke($null, @())
    $pagePath = Join-Path $PSScriptRoot '../../docs/errors.md'
    if ($env:CONSULKVTOOLS_WRITE_DOCS -eq '1') { [IO.File]::WriteAllText($pagePath, $page) }
    $documented = [Collections.Generic.HashSet[string]]::new()
    foreach ($match in [regex]::Matches($page, '(?m)^\| (?:\[(?<id>[A-Za-z0-9.]+)\]\(findings|`(?<id>[A-Z]\w+)` \| [A-Z]\w+ \| )')) { $documented.Add($match.Groups['id'].Value) | Out-Null }
    $diagnosis = Invoke-ConsulDiagnosis -Session http://127.0.0.1:1
    $env:CONSUL_HTTP_ADDR = 'http://127.0.0.1:1'
    # In a shell of its own, which asks nobody for what is missing.
    $shell = [PowerShell]::Create()
    $shell.AddScript("Import-Module '$ManifestPath'").Invoke() | Out-Null
    $shell.Runspace.SessionStateProxy.SetVariable('diagnosis', $diagnosis)
    function Invoke-Bad([string] $Line) {
        $shell.Commands.Clear(); $shell.Streams.ClearStreams()
        try { $shell.AddScript($Line).Invoke() | Out-Null } catch { if ($_.Exception.InnerException.ErrorRecord) { return $_.Exception.InnerException.ErrorRecord } else { throw } }
        $shell.Streams.Error | Select-Object -First 1
    }
}
AfterAll {
    $shell.Dispose()
    $env:CONSUL_HTTP_ADDR = $null
}

Describe 'Bad input' {
    It 'is named, with what would be right: <Line>' -ForEach $bad {
        $failure = Invoke-Bad $Line
        $failure | Should -Not -BeNullOrEmpty
        $id = $failure.FullyQualifiedErrorId.Split(',')[0]
        $id | Should -BeLike $Id
        "$failure" | Should -Match $Says
        # What PowerShell says itself is PowerShell's; what follows it is ours.
        $ours = if ($id -eq 'ParameterArgumentTransformationError') { "$failure" -replace "^.*?on parameter '\w+'\. " } elseif ($failure.Exception -is [Management.Automation.ParameterBindingException]) { '' } else { "$failure" }
        if ($id -ne 'Report.Unreadable') { $ours | Should -Not -Match 'System\.|\bInt32\b|Nullable|Object reference|Parameter name:|\bnull reference\b' }
        $documented.Contains($id) | Should -BeTrue -Because "$id belongs into docs/errors.md"
        $failure.CategoryInfo.Category | Should -Not -Be 'NotSpecified'
    }

    It 'gives every id of PowerShell''s own that docs/errors.md names, and no other' {
        $named = $module.GetType('ConsulKvTools.Commands.ErrorFamily').GetProperty('OfBinding').GetValue($null) | ForEach-Object { $_.Item1 }
        $seen = $bad.Id | Where-Object { $_ -notmatch '\.' } | Sort-Object -Unique
        Compare-Object $named $seen | Should -BeNullOrEmpty
        foreach ($row in $module.GetType('ConsulKvTools.Commands.ErrorFamily').GetProperty('OfBinding').GetValue($null)) {
            $line = @($bad | Where-Object Id -EQ $row.Item1)[0].Line
            (Invoke-Bad $line).CategoryInfo.Category | Should -Be $row.Item2 -Because $line
        }
    } -TestCases @{ bad = $bad }
}

Describe 'The table of error ids' {
    It 'is what the code says' {
        $page | Should -BeExactly ([IO.File]::ReadAllText($pagePath)) -Because 'docs/errors.md is generated: run this suite once with CONSULKVTOOLS_WRITE_DOCS=1'
    }

    It 'has every code of the catalogue and every area in one family' {
        foreach ($row in Get-ConsulFinding) { $documented.Contains($row.Code) | Should -BeTrue -Because $row.Code }
        $areas = Get-ConsulFinding | ForEach-Object Area | Sort-Object -Unique
        $families = $module.GetType('ConsulKvTools.Commands.ErrorFamily').GetProperty('OfFindings').GetValue($null)
        Compare-Object $areas ($families.ForEach{ $_.GetType().GetProperty('Ids').GetValue($_) } | Sort-Object) | Should -BeNullOrEmpty
        foreach ($command in $families.ForEach{ $_.GetType().GetProperty('Commands').GetValue($_) } | Where-Object { $_ -ne 'every command' }) { Get-Command $command -Module ConsulKvTools | Should -Not -BeNullOrEmpty }
    }

    It 'is complete: errors are made in one place, of codes of the catalogue' {
        $source = Get-ChildItem (Join-Path $PSScriptRoot '../../src/ConsulKvTools') -Recurse -Filter *.cs | Where-Object FullName -NotMatch '[\\/]obj[\\/]'
        # ErrorOfCommandAttribute wraps what it is given and writes nothing.
        ($source | Select-String -Pattern 'new (\w+\.)?ErrorRecord\(' | ForEach-Object Filename | Sort-Object -Unique) | Should -Be 'ErrorOfCommandAttribute.cs', 'FindingErrors.cs'
        $areas = (Get-ConsulFinding | ForEach-Object Area | Sort-Object -Unique) -join '|'
        $codes = $source | Select-String -Pattern """(($areas)\.[A-Z]\w+)""" -AllMatches | ForEach-Object { $_.Matches } | ForEach-Object { $_.Groups[1].Value } | Where-Object { $_ -ne 'Acl.Token' } | Sort-Object -Unique # which is the beginning of several
        $codes.Count | Should -BeGreaterThan 5
        foreach ($code in $codes) { $documented.Contains($code) | Should -BeTrue -Because $code }
    }
}

Describe 'Exceptions by kind' {
    It '<Code> is a <Type>' -ForEach @(
        @{ Code = 'Config.AddrSchemeUnknown'; Type = 'ConsulConfigurationException' }
        @{ Code = 'Request.Invalid'; Type = 'ConsulRequestException' }
        @{ Code = 'Dns.NameNotFound'; Type = 'ConsulNameException' }
        @{ Code = 'Tcp.Refused'; Type = 'ConsulConnectionException' }
        @{ Code = 'Tls.CertificateExpired'; Type = 'ConsulTlsException' }
        @{ Code = 'Http.NotConsul'; Type = 'ConsulConnectionException' }
        @{ Code = 'Limit.KvMaxValueSize'; Type = 'ConsulAgentException' }
        @{ Code = 'Cluster.NoLeader'; Type = 'ConsulClusterException' }
        @{ Code = 'Acl.PermissionDenied'; Type = 'ConsulAclException' }
        @{ Code = 'Key.Forbidden'; Type = 'ConsulAclException' }
        @{ Code = 'Key.Missing'; Type = 'ConsulKeyNotFoundException' }
        @{ Code = 'Key.LeadingSlash'; Type = 'ConsulKeyException' }
        @{ Code = 'Cas.IndexStale'; Type = 'ConsulConflictException' }
        @{ Code = 'Lock.Held'; Type = 'ConsulLockException' }
        @{ Code = 'Session.Invalid'; Type = 'ConsulLockException' }
        @{ Code = 'Outcome.Unknown'; Type = 'ConsulUnknownOutcomeException' }
        @{ Code = 'Report.NotWritten'; Type = 'ConsulReportException' }
    ) {
        if (-not (Get-ConsulFinding | Where-Object Code -EQ $Code)) { throw "The catalogue has no $Code." }
        [ConsulKvTools.ConsulException]::From([ConsulKvTools.ConsulFinding]::Create($Code)).GetType().Name | Should -Be $Type
    }

    It 'each is caught by its type, at once and with -ErrorAction Stop, and by its base' {
        $reader = New-LabSession 'key_prefix "" { policy = "read" }'
        $admin = New-LabSession
        $(try { Set-ConsulKv errors/x 1 -Session $reader -ErrorAction Stop } catch [ConsulKvTools.ConsulConflictException] { 'conflict' } catch [ConsulKvTools.ConsulAclException] { $_.Exception.Finding.Code }) | Select-Object -Last 1 | Should -BeLike 'Acl.*'
        Set-ConsulKv errors/x 1 -Session $admin | Out-Null
        $(try { Set-ConsulKv errors/x 2 -CreateOnly -Session $admin -ErrorAction Stop } catch [ConsulKvTools.ConsulConflictException] { $_.Exception.Finding.Code }) | Select-Object -Last 1 | Should -Be 'Cas.ZeroButExists'
        $(try { Get-ConsulKv errors/none -Session $admin -ErrorAction Stop } catch [ConsulKvTools.ConsulKeyNotFoundException] { $_.TargetObject }) | Should -Be 'errors/none'
        $(try { Get-ConsulKv errors/none -Session $admin -ErrorAction Stop } catch [ConsulKvTools.ConsulKeyException] { 'key' }) | Should -Be 'key'
        $once = New-ConsulKvSession http://127.0.0.1:1 -RetryPolicy (New-ConsulRetryPolicy 1)
        $(try { Get-ConsulKv a -Session $once -ErrorAction Stop } catch [ConsulKvTools.ConsulConnectionException] { $_.CategoryInfo.Category }) | Should -Be 'ConnectionError'
        $(try { Get-ConsulKv a -Session ftp://x } catch [ConsulKvTools.ConsulConfigurationException] { 'configuration' }) | Should -Be 'configuration'
        $(try { New-ConsulKvSession -ConnectTimeout 2d } catch [ConsulKvTools.ConsulRequestException] { 'request' } catch { 'binding' }) | Should -BeIn 'request', 'binding'
        $(try { Get-ConsulKv /a -Session $admin -ErrorAction Stop } catch [ConsulKvTools.ConsulException] { $_.Exception.Finding.Code }) | Should -Be 'Key.LeadingSlash'
    }

    It 'a write whose outcome is unknown is one of its own, whatever the code' {
        $proxy = [ConsulKvTools.Lab.TcpFaultProxy]::new($agent.Address)
        try {
            $proxy.CutAfterRequest('PUT')
            $session = New-ConsulKvSession $proxy.Address.OriginalString -Token (ConvertTo-Secret $agent.ManagementToken) -RetryPolicy (New-ConsulRetryPolicy 1)
            Set-ConsulKv errors/cas 5 -Session (New-LabSession) | Out-Null
            $index = (Get-ConsulKv errors/cas -Session (New-LabSession)).ModifyIndex
            $result = Set-ConsulKv errors/cas 6 -CheckAndSet $index -Session $session -ErrorAction SilentlyContinue -ErrorVariable failure
            $result.Outcome | Should -Be 'Unknown'
            $failure[0].Exception | Should -BeOfType ([ConsulKvTools.ConsulUnknownOutcomeException])
            $failure[0].Exception.Finding.Code | Should -Be $result.Code
        }
        finally { $proxy.Dispose() }
    }
}

Describe 'An error on the screen' {
    It 'is three lines: what, why, what to do; and carries nothing that steers a terminal' {
        $shown = Invoke-NewShell 'Get-ConsulKv nothing/here' @{ CONSUL_HTTP_ADDR = $agent.Address.OriginalString; CONSUL_HTTP_TOKEN = $agent.ManagementToken }
        $lines = @($shown -split "`r?`n" | Where-Object { $_.Trim() })
        $lines.Count | Should -Be 3
        $lines[0] | Should -Match '^Get-ConsulKv: .*nothing/here does not exist\.$'
        $lines[0].Length | Should -BeLessOrEqual 80
        $lines[2] | Should -Match '^\s+Recommendation: '
    }

    It 'shows <Name> in a key as an escape, in every error view and in the category' -ForEach @(
        @{ Name = 'ESC'; Key = "a`e[31mb"; Escape = '\u001b' }, @{ Name = 'BEL'; Key = "a`ab"; Escape = '\u0007' }, @{ Name = 'CR'; Key = "a`rb"; Escape = '\r' }
        @{ Name = 'a line feed'; Key = "a`nb"; Escape = '\n' }, @{ Name = 'a right-to-left override'; Key = "a`u{202e}b"; Escape = '\u202e' }
        @{ Name = 'a zero-width space'; Key = "a`u{200b}b"; Escape = '\u200b' }, @{ Name = 'a C1 control'; Key = "a`u{9b}31mb"; Escape = '\u009b' }, @{ Name = 'a tag'; Key = "a`u{e0041}b"; Escape = '\udb40\udc41' }
    ) {
        $session = New-LabSession
        $rendering = $PSStyle.OutputRendering
        $PSStyle.OutputRendering = 'PlainText'
        try {
            $failures = @(Get-ErrorOf { Get-ConsulKv $Key -Session $session }) + @(Get-ErrorOf { Set-ConsulKv $Key x -Session $session | Out-Null }) + @(Get-ErrorOf { Set-ConsulKv "/$Key" x -Session $session | Out-Null }) + @(Get-ErrorOf { Remove-ConsulKv "/$Key" -Session $session })
            $failures.Count | Should -BeGreaterOrEqual 3
            $mark = $Key
            foreach ($failure in $failures) {
                "$failure" | Should -Not -Match ([regex]::Escape($mark))
                foreach ($view in 'ConciseView', 'NormalView', 'CategoryView') {
                    $ErrorView = $view
                    ($failure | Out-String) | Should -Not -Match ([regex]::Escape($mark)) -Because $view
                }
                $failure.Exception.Message | Should -Not -Match ([regex]::Escape($mark))
            }
            ($failures | Where-Object { $_.CategoryInfo.TargetName -like "*$([WildcardPattern]::Escape($Escape))*" }).Count | Should -BeGreaterOrEqual 3
        }
        finally { $PSStyle.OutputRendering = $rendering }
    }
}
