BeforeAll { . $PSScriptRoot/Lab.ps1 }

Describe 'Syntax' {
    # Each line is one way to use a command. A change here is a change of what people type.
    It 'is this of <Name>' -ForEach @(
        @{ Name = 'Add-ConsulShouldOperator'; Syntax = @(
            'Add-ConsulShouldOperator [<CommonParameters>]'
        ) }
        @{ Name = 'Compare-ConsulDiagnosis'; Syntax = @(
            'Compare-ConsulDiagnosis [-Reference] <Object> [-Difference] <Object> [<CommonParameters>]'
        ) }
        @{ Name = 'Compare-ConsulKv'; Syntax = @(
            'Compare-ConsulKv [-Reference] <string> [[-Difference] <string>] [-DifferenceSession <ConsulKvSession>] [-ReferenceDatacenter <string>] [-DifferenceDatacenter <string>] [-ReferencePath <string>] [-DifferencePath <string>] [-Semantic] [-Exclude <string[]>] [-ExcludeValue <string[]>] [-IgnoreFlags] [-IncludeEqual] [-Consistency <ConsulConsistency>] [-Quiet] [-Session <ConsulKvSession>] [<CommonParameters>]'
            'Compare-ConsulKv [[-Prefix] <string>] -Environment <IDictionary> [-Semantic] [-Exclude <string[]>] [-ExcludeValue <string[]>] [-IgnoreFlags] [-IncludeEqual] [-Consistency <ConsulConsistency>] [-Quiet] [-Session <ConsulKvSession>] [<CommonParameters>]'
        ) }
        @{ Name = 'Export-ConsulDiagnosis'; Syntax = @(
            'Export-ConsulDiagnosis [-Path] <string> [[-Format] <DiagnosisReportFormat>] -InputObject <Object[]> [-MinimumSeverity <FindingSeverity>] [-NoClobber] [-Force] [-PassThru] [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'Export-ConsulKv'; Syntax = @(
            'Export-ConsulKv [[-Prefix] <string>] [[-Path] <string>] [-Format <ConsulKvFormat>] [-Exclude <string[]>] [-StripPrefix] [-Consistency <ConsulConsistency>] [-NoClobber] [-Force] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'Export-ConsulKvMetric'; Syntax = @(
            'Export-ConsulKvMetric [-Path] <string> [-Label <IDictionary>] [-Session <string[]>] [-NoClobber] [-Force] [-PassThru] [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'Find-ConsulKvSecret'; Syntax = @(
            'Find-ConsulKvSecret [[-Prefix] <string>] [-Exclude <string[]>] [-ExcludeRule <string[]>] [-AllowListPath <string>] [-MinimumConfidence <SecretConfidence>] [-Session <ConsulKvSession>] [<CommonParameters>]'
            'Find-ConsulKvSecret -InputObject <psobject> [-Exclude <string[]>] [-ExcludeRule <string[]>] [-AllowListPath <string>] [-MinimumConfidence <SecretConfidence>] [-Session <ConsulKvSession>] [<CommonParameters>]'
            'Find-ConsulKvSecret -Path <string[]> [-Exclude <string[]>] [-ExcludeRule <string[]>] [-AllowListPath <string>] [-MinimumConfidence <SecretConfidence>] [-Session <ConsulKvSession>] [<CommonParameters>]'
        ) }
        @{ Name = 'Get-ConsulFinding'; Syntax = @(
            'Get-ConsulFinding [[-Code] <string[]>] [<CommonParameters>]'
        ) }
        @{ Name = 'Get-ConsulKv'; Syntax = @(
            'Get-ConsulKv [-Key] <string[]> [-Recurse] [-NamesOnly] [-Separator <string>] [-Consistency <ConsulConsistency>] [-AsHashtable] [-ThrottleLimit <int>] [-WaitIndex <ulong>] [-WaitValue <Object>] [-WaitTimeout <timespan>] [-Session <ConsulKvSession>] [<CommonParameters>]'
            'Get-ConsulKv -Prefix <string> [-Recurse] [-NamesOnly] [-Separator <string>] [-Consistency <ConsulConsistency>] [-AsHashtable] [-ThrottleLimit <int>] [-WaitIndex <ulong>] [-WaitValue <Object>] [-WaitTimeout <timespan>] [-Session <ConsulKvSession>] [<CommonParameters>]'
            'Get-ConsulKv -Release <string> [-Recurse] [-NamesOnly] [-Separator <string>] [-Consistency <ConsulConsistency>] [-AsHashtable] [-ThrottleLimit <int>] [-WaitIndex <ulong>] [-WaitValue <Object>] [-WaitTimeout <timespan>] [-Session <ConsulKvSession>] [<CommonParameters>]'
        ) }
        @{ Name = 'Get-ConsulKvConsistent'; Syntax = @(
            'Get-ConsulKvConsistent [-Key] <string[]> [-CompareStale] [-WaitIndex <ulong>] [-WaitValue <Object>] [-WaitTimeout <timespan>] [-Session <ConsulKvSession>] [<CommonParameters>]'
        ) }
        @{ Name = 'Get-ConsulKvMetric'; Syntax = @(
            'Get-ConsulKvMetric [[-Session] <string[]>] [-Reset] [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'Get-ConsulKvRelease'; Syntax = @(
            'Get-ConsulKvRelease [-Name] <string> [[-Release] <string[]>] [-Verify] [-InputObject <psobject>] [-Session <ConsulKvSession>] [<CommonParameters>]'
        ) }
        @{ Name = 'Get-ConsulKvSession'; Syntax = @(
            'Get-ConsulKvSession [[-Name] <string[]>] [<CommonParameters>]'
        ) }
        @{ Name = 'Get-ConsulKvTestPath'; Syntax = @(
            'Get-ConsulKvTestPath [<CommonParameters>]'
        ) }
        @{ Name = 'Import-ConsulKv'; Syntax = @(
            'Import-ConsulKv [[-Path] <string>] [-InputObject <psobject>] [-Format <ConsulKvFormat>] [-Prefix <string>] [-Map <IDictionary>] [-Exclude <string[]>] [-Delete] [-Plan] [-Force] [-Atomic] [-JournalPath <string>] [-UndoPath <string>] [-ThrottleLimit <int>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'Invoke-ConsulDiagnosis'; Syntax = @(
            'Invoke-ConsulDiagnosis [[-Key] <string>] [[-Value] <Object>] [-Operation <AclOperation>] [-Timeout <timespan>] [-Canary <string>] [-IdleSeconds <int>] [-Count <int>] [-Interval <timespan>] [-Wait] [-AllowDegraded] [-ProcessId <int>] [-Suppress <string[]>] [-MinimumSeverity <FindingSeverity>] [-Session <ConsulKvSession>] [<CommonParameters>]'
            'Invoke-ConsulDiagnosis -FromError <ErrorRecord> [-Timeout <timespan>] [-Canary <string>] [-IdleSeconds <int>] [-Count <int>] [-Interval <timespan>] [-Wait] [-AllowDegraded] [-Suppress <string[]>] [-MinimumSeverity <FindingSeverity>] [-Session <ConsulKvSession>] [<CommonParameters>]'
        ) }
        @{ Name = 'Invoke-ConsulFaultDrill'; Syntax = @(
            'Invoke-ConsulFaultDrill [-ScriptBlock] <scriptblock> [-Session <ConsulKvSession>] [-Fault <ConsulFaultKind[]>] [-Rate <double>] [-Latency <timespan>] [-Operation <string[]>] [-Key <string[]>] [-Duration <timespan>] [-AcceptedPause <timespan>] [-Seed <int>] [-WhatIf] [-Confirm] [<CommonParameters>]'
            'Invoke-ConsulFaultDrill [-ScriptBlock] <scriptblock> -Cluster [-Fault <ConsulFaultKind[]>] [-Every <timespan>] [-Duration <timespan>] [-AcceptedPause <timespan>] [-Seed <int>] [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'Invoke-ConsulKvLock'; Syntax = @(
            'Invoke-ConsulKvLock [-Key] <string> [-ScriptBlock] <scriptblock> [-Remove] [-Ttl <timespan>] [-LockDelay <timespan>] [-Behavior <ConsulLockBehavior>] [-NodeCheck <string[]>] [-ServiceCheck <string[]>] [-Timeout <timespan>] [-NoWait] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
            'Invoke-ConsulKvLock [-ScriptBlock] <scriptblock> -Prefix <string> [-Remove] [-Limit <int>] [-Ttl <timespan>] [-LockDelay <timespan>] [-Behavior <ConsulLockBehavior>] [-NodeCheck <string[]>] [-ServiceCheck <string[]>] [-Timeout <timespan>] [-NoWait] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'Lock-ConsulKv'; Syntax = @(
            'Lock-ConsulKv [-Key] <string> [-Ttl <timespan>] [-LockDelay <timespan>] [-Behavior <ConsulLockBehavior>] [-NodeCheck <string[]>] [-ServiceCheck <string[]>] [-Timeout <timespan>] [-NoWait] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
            'Lock-ConsulKv -Prefix <string> [-Limit <int>] [-Ttl <timespan>] [-LockDelay <timespan>] [-Behavior <ConsulLockBehavior>] [-NodeCheck <string[]>] [-ServiceCheck <string[]>] [-Timeout <timespan>] [-NoWait] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'Measure-ConsulKv'; Syntax = @(
            'Measure-ConsulKv [[-Prefix] <string[]>] [-Top <int>] [-Depth <int>] [-Consistency <ConsulConsistency>] [-HistoryPath <string>] [-LimitBytes <long>] [-LimitKeys <long>] [-Since <ConsulKvMeasurement>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'New-ConsulKvSession'; Syntax = @(
            'New-ConsulKvSession [[-Address] <string>] [-Token <securestring>] [-TokenFile <string>] [-CACertificate <string>] [-CAPath <string>] [-ClientCertificate <string>] [-ClientKey <string>] [-ClientCertificatePassword <securestring>] [-TlsServerName <string>] [-SkipCertificateCheck] [-CheckRevocation] [-Datacenter <string>] [-Namespace <string>] [-Partition <string>] [-Proxy <uri>] [-ProxyCredential <pscredential>] [-NoProxy] [-ConnectTimeout <timespan>] [-RetryPolicy <ConsulRetryPolicy>] [-MaxConnections <int>] [-LogPath <string>] [-LogMaximumSize <long>] [-LogFiles <int>] [-Name <string>] [-Default] [-AllowFaultDrill] [<CommonParameters>]'
        ) }
        @{ Name = 'New-ConsulRetryPolicy'; Syntax = @(
            'New-ConsulRetryPolicy [[-MaxAttempts] <int>] [-BaseDelay <timespan>] [-MaxDelay <timespan>] [-Backoff <BackoffType>] [-NoJitter] [-AttemptTimeout <timespan>] [-TotalTimeout <timespan>] [-ElectionPatience <timespan>] [-TokenGrace <timespan>] [-CircuitBreakerFailures <int>] [-CircuitBreakDuration <timespan>] [<CommonParameters>]'
        ) }
        @{ Name = 'Publish-ConsulKvRelease'; Syntax = @(
            'Publish-ConsulKvRelease [-Name] <string> [-Release] <string> [-InputObject] <psobject> [-TrimPrefix <string>] [-Force] [-ThrottleLimit <int>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
            'Publish-ConsulKvRelease [-Name] <string> [-Release] <string> -FromPrefix <string> [-FromSession <ConsulKvSession>] [-Force] [-ThrottleLimit <int>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
            'Publish-ConsulKvRelease [-Name] <string> [-Release] <string> -Existing [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'Remove-ConsulKv'; Syntax = @(
            'Remove-ConsulKv [-Key] <string> [-Force] [-Fenced] [-InputObject <psobject>] [-OperationPrefix <string>] [-ThrottleLimit <int>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
            'Remove-ConsulKv [-Key] <string> -Recurse [-Force] [-InputObject <psobject>] [-OperationPrefix <string>] [-ThrottleLimit <int>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
            'Remove-ConsulKv [-Key] <string> -CheckAndSet <ulong> [-Force] [-InputObject <psobject>] [-OperationPrefix <string>] [-ThrottleLimit <int>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'Remove-ConsulKvRelease'; Syntax = @(
            'Remove-ConsulKvRelease [-Name] <string> -Keep <int> [-OlderThan <timespan>] [-Force] [-InputObject <psobject>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
            'Remove-ConsulKvRelease [-Name] <string> [-Release] <string[]> [-OlderThan <timespan>] [-Force] [-InputObject <psobject>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'Remove-ConsulKvSession'; Syntax = @(
            'Remove-ConsulKvSession [-Session] <ConsulKvSession[]> [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'Resolve-ConsulError'; Syntax = @(
            'Resolve-ConsulError [-InputObject] <Object> [<CommonParameters>]'
            'Resolve-ConsulError -Path <string[]> [<CommonParameters>]'
            'Resolve-ConsulError -LiteralPath <string[]> [<CommonParameters>]'
            'Resolve-ConsulError -Code <string[]> [<CommonParameters>]'
        ) }
        @{ Name = 'Search-ConsulLog'; Syntax = @(
            'Search-ConsulLog [-Unit <string>] [-Journal <string>] [-Since <DateTimeOffset>] [-Until <DateTimeOffset>] [-Level <ConsulLogLevel>] [-Code <string[]>] [-SlowWrite <timespan>] [-Raw] [-Session <ConsulKvSession>] [<CommonParameters>]'
            'Search-ConsulLog [-Path] <string[]> [-IncludeRotated] [-Since <DateTimeOffset>] [-Until <DateTimeOffset>] [-Level <ConsulLogLevel>] [-Code <string[]>] [-SlowWrite <timespan>] [-Raw] [-Session <ConsulKvSession>] [<CommonParameters>]'
            'Search-ConsulLog -LiteralPath <string[]> [-IncludeRotated] [-Since <DateTimeOffset>] [-Until <DateTimeOffset>] [-Level <ConsulLogLevel>] [-Code <string[]>] [-SlowWrite <timespan>] [-Raw] [-Session <ConsulKvSession>] [<CommonParameters>]'
            'Search-ConsulLog -Agent [-Duration <timespan>] [-Follow] [-Since <DateTimeOffset>] [-Until <DateTimeOffset>] [-Level <ConsulLogLevel>] [-Code <string[]>] [-SlowWrite <timespan>] [-Raw] [-Session <ConsulKvSession>] [<CommonParameters>]'
        ) }
        @{ Name = 'Set-ConsulKv'; Syntax = @(
            'Set-ConsulKv [[-Key] <Object>] [[-Value] <Object>] [-InputObject <psobject>] [-Flags <Object>] [-Prefix <string>] [-Fenced] [-Atomic] [-OperationPrefix <string>] [-ThrottleLimit <int>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
            'Set-ConsulKv [[-Key] <Object>] [[-Value] <Object>] -CheckAndSet <Object> [-InputObject <psobject>] [-Flags <Object>] [-Atomic] [-OperationPrefix <string>] [-ThrottleLimit <int>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
            'Set-ConsulKv [[-Key] <Object>] [[-Value] <Object>] -CreateOnly [-InputObject <psobject>] [-Flags <Object>] [-Prefix <string>] [-Atomic] [-OperationPrefix <string>] [-ThrottleLimit <int>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
            'Set-ConsulKv [[-Key] <Object>] [[-Value] <Object>] -LockSession <string> -Acquire [-InputObject <psobject>] [-Flags <Object>] [-Atomic] [-OperationPrefix <string>] [-ThrottleLimit <int>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
            'Set-ConsulKv [[-Key] <Object>] [[-Value] <Object>] -LockSession <string> -Release [-InputObject <psobject>] [-Flags <Object>] [-Atomic] [-OperationPrefix <string>] [-ThrottleLimit <int>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'Switch-ConsulKvRelease'; Syntax = @(
            'Switch-ConsulKvRelease [-Name] <string> [-Release] <string> [-InputObject <psobject>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
            'Switch-ConsulKvRelease [-Name] <string> -Rollback [-InputObject <psobject>] [-Session <ConsulKvSession>] [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'Test-ConsulAcl'; Syntax = @(
            'Test-ConsulAcl [-Key] <string[]> [[-Operation] <AclOperation[]>] [-AdminSession <ConsulKvSession>] [-Quiet] [-Session <ConsulKvSession>] [<CommonParameters>]'
        ) }
        @{ Name = 'Test-ConsulConnectivity'; Syntax = @(
            'Test-ConsulConnectivity [[-Session] <ConsulKvSession>] [-Timeout <timespan>] [-Quiet] [<CommonParameters>]'
        ) }
        @{ Name = 'Test-ConsulEnvironment'; Syntax = @(
            'Test-ConsulEnvironment -Data <IDictionary> [-ListAvailable] [-Quiet] [<CommonParameters>]'
            'Test-ConsulEnvironment [-Path] <string> [-Data <IDictionary>] [-ListAvailable] [-Quiet] [<CommonParameters>]'
            'Test-ConsulEnvironment -Check <ConsulEnvironmentCheck[]> [-Quiet] [<CommonParameters>]'
        ) }
        @{ Name = 'Test-ConsulKvSession'; Syntax = @(
            'Test-ConsulKvSession [[-Session] <ConsulKvSession>] [-ExpiryWarning <timespan>] [-Quiet] [<CommonParameters>]'
        ) }
        @{ Name = 'Unlock-ConsulKv'; Syntax = @(
            'Unlock-ConsulKv [-Lock] <ConsulKvLock> [-Remove] [-WhatIf] [-Confirm] [<CommonParameters>]'
            'Unlock-ConsulKv -Key <string> [-Remove] [-WhatIf] [-Confirm] [<CommonParameters>]'
        ) }
        @{ Name = 'Watch-ConsulKv'; Syntax = @(
            'Watch-ConsulKv [-Key] <string> [-InitialState] [-Since <ulong>] [-MaximumChanges <int>] [-Timeout <timespan>] [-Exclude <string[]>] [-Consistency <ConsulConsistency>] [-NoOldValue] [-Interval <timespan>] [-WaitTime <timespan>] [-Session <ConsulKvSession>] [<CommonParameters>]'
            'Watch-ConsulKv -Prefix <string> [-InitialState] [-Since <ulong>] [-MaximumChanges <int>] [-Timeout <timespan>] [-Exclude <string[]>] [-Consistency <ConsulConsistency>] [-NoOldValue] [-Interval <timespan>] [-WaitTime <timespan>] [-Session <ConsulKvSession>] [<CommonParameters>]'
        ) }
    ) {
        $said = (Get-Command $Name -Syntax) -split '\r?\n' | Where-Object { $_ }
        $said | Should -Be $Syntax
    }

    It 'is pinned for every command' {
        $pinned = Select-String -Path $PSCommandPath -Pattern "@\{ Name = '([\w-]+)'; Syntax" | ForEach-Object { $_.Matches[0].Groups[1].Value }
        (Get-Command -Module ConsulKvTools -CommandType Cmdlet).Name | Sort-Object | Should -Be ($pinned | Sort-Object)
    }
}

Describe 'The first words' {
    BeforeAll {
        $agent = Get-LabAgent
        New-LabSession -With @{ Name = 'words'; Default = $true } | Out-Null
    }
    AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

    It 'read like a sentence' {
        (Set-ConsulKv words/x on).Outcome | Should -Be 'Written'
        (Get-ConsulKv words/x).Value | Should -Be 'on'
        (Get-ConsulKvConsistent words/x).Value | Should -Be 'on'
        (Test-ConsulAcl words/x Write).Allowed | Should -BeTrue
        (Invoke-ConsulDiagnosis words/x).Verdict | Should -Be 'Healthy'
        (Invoke-ConsulDiagnosis words/x on).Verdict | Should -Be 'Healthy'
        (Test-ConsulConnectivity $agent.Address.OriginalString).Succeeded | Should -BeTrue
        (Get-ConsulFinding Acl.PermissionDenied).Code | Should -Be 'Acl.PermissionDenied'
        (Resolve-ConsulError 'Permission denied').Code | Should -BeLike 'Acl.*'
        (Get-ConsulKvSession words).Name | Should -Be 'words'
        (New-ConsulRetryPolicy 3).MaxAttempts | Should -Be 3
        (Remove-ConsulKv words/x).Outcome | Should -Be 'Written'
    }

    It 'take a session by its name' {
        (Get-ConsulKv words/none -Session WORDS -ErrorAction SilentlyContinue -ErrorVariable said) | Should -BeNullOrEmpty
        $said.FullyQualifiedErrorId | Should -BeLike 'Key.Missing,*'
        $session = New-ConsulKvSession http://127.0.0.1:1 -Name gone
        Remove-ConsulKvSession gone
        $session.IsDisposed | Should -BeTrue
        "$(Get-ErrorOf { Remove-ConsulKvSession gone })" | Should -Match 'no session named ''gone'''
    }

    It 'leave an address an address, also where a session without a name has it' {
        $address = $agent.Address.OriginalString.TrimEnd('/')
        New-ConsulKvSession $address -Token (ConvertTo-Secret $agent.ManagementToken) | Out-Null
        (Get-ErrorOf { Set-ConsulKv words/x on -Session $address }).FullyQualifiedErrorId | Should -BeLike 'Acl.*'
        Remove-ConsulKvSession $address
    }

    It 'test every session that is piped' {
        New-ConsulKvSession http://127.0.0.1:1 -Name dead | Out-Null
        $found = @(Get-ConsulKvSession | Test-ConsulConnectivity)
        $found.Succeeded | Should -Be $true, $false
        $found.Target | Should -Be (Get-ConsulKvSession words).Address, 'http://127.0.0.1:1'
        @($agent.Address.OriginalString, 'http://127.0.0.1:1' | Test-ConsulConnectivity -Quiet) | Should -Be $true, $false
        Remove-ConsulKvSession dead
    }

    It 'explain a code' {
        (Resolve-ConsulError -Code acl.permissiondenied).Code | Should -Be 'Acl.PermissionDenied'
        (Resolve-ConsulError -Code 'Key.Missing,ConsulKvTools.Commands.GetConsulKvCommand').Code | Should -Be 'Key.Missing'
        $failure = Get-ErrorOf { Resolve-ConsulError -Code Acl.Nonsense }
        $failure.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        "$failure" | Should -Match 'Acl\.Nonsense'
    }
}
