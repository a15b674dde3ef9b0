BeforeDiscovery {
    # One thing broken at a time: exactly these tests fail, each with its code, and nothing else. Break runs with $admin and the lab's parts at hand.
    $breaks = @(
        @{ Break = 'nothing'; Do = { }; Fail = @{} }
        @{ Break = 'a key is removed'; Do = { Remove-ConsulKv app/config/url -Session $admin -Confirm:$false }; Undo = { Set-ConsulKv app/config/url 'https://a.example/' -Session $admin }
            Fail = @{ 'Keys: there is app/config/url at web, of type Uri, matching ^https://' = 'Key.Missing'; 'Keys: there is app/config/url at secure, of type Uri, matching ^https://' = 'Key.Missing' }
        }
        @{ Break = 'a value is of another type'; Do = { Set-ConsulKv app/config/workers many -Session $admin }; Undo = { Set-ConsulKv app/config/workers 4 -Session $admin }
            Fail = @{ 'Keys: there is app/config/workers at web, of type Integer, of 1 or more, of 64 or less' = 'Expect.ValueDiffers'; 'Keys: there is app/config/workers at secure, of type Integer, of 1 or more, of 64 or less' = 'Expect.ValueDiffers' }
        }
        @{ Break = 'a number is out of its range'; Do = { Set-ConsulKv app/config/workers 65 -Session $admin }; Undo = { Set-ConsulKv app/config/workers 4 -Session $admin }
            Fail = @{ 'Keys: there is app/config/workers at web, of type Integer, of 1 or more, of 64 or less' = 'Expect.ValueDiffers'; 'Keys: there is app/config/workers at secure, of type Integer, of 1 or more, of 64 or less' = 'Expect.ValueDiffers' }
        }
        @{ Break = 'a value does not match its pattern'; Do = { Set-ConsulKv app/config/url 'http://a.example/' -Session $admin }; Undo = { Set-ConsulKv app/config/url 'https://a.example/' -Session $admin }
            Fail = @{ 'Keys: there is app/config/url at web, of type Uri, matching ^https://' = 'Expect.ValueDiffers'; 'Keys: there is app/config/url at secure, of type Uri, matching ^https://' = 'Expect.ValueDiffers' }
        }
        @{ Break = 'a JSON value has another shape'; Do = { Set-ConsulKv app/config/limits '{"perSecond":5,"burst":1.5,"hosts":["a"]}' -Session $admin }; Undo = { Set-ConsulKv app/config/limits '{"perSecond":5,"burst":null,"hosts":["a"]}' -Session $admin }
            Fail = @{ 'Keys: there is app/config/limits at web, of the JSON shape' = 'Expect.ValueDiffers'; 'Keys: there is app/config/limits at secure, of the JSON shape' = 'Expect.ValueDiffers'; 'Keys: there is app/config/limits at web, of the JSON schema' = 'Expect.ValueDiffers' }
        }
        @{ Break = 'a JSON value fits its shape and not its schema'; Do = { Set-ConsulKv app/config/limits '{"perSecond":0,"burst":1,"hosts":["a"]}' -Session $admin }; Undo = { Set-ConsulKv app/config/limits '{"perSecond":5,"burst":null,"hosts":["a"]}' -Session $admin }
            Fail = @{ 'Keys: there is app/config/limits at web, of the JSON schema' = 'Expect.ValueDiffers' }
        }
        @{ Break = 'one of several keys is missing'; Do = { Remove-ConsulKv app/feature/b -Session $admin -Confirm:$false }; Undo = { Set-ConsulKv app/feature/b false -Session $admin }
            Fail = @{ 'Keys: there are keys below app/feature/ at web, 2 or more, of type Boolean' = 'Expect.KeyCount'; 'Keys: there are keys below app/feature/ at secure, 2 or more, of type Boolean' = 'Expect.KeyCount' }
        }
        @{ Break = 'a key is there that must not be'; Do = { Set-ConsulKv app/config/obsolete x -Session $admin }; Undo = { Remove-ConsulKv app/config/obsolete -Session $admin -Confirm:$false }
            Fail = @{ 'Keys: there is no app/config/obsolete at web' = 'Expect.KeyPresent'; 'Keys: there is no app/config/obsolete at secure' = 'Expect.KeyPresent' }
        }
        @{ Break = 'a token may do more than it must'; Do = { $tokens.report = $admin2 }; Undo = { $tokens.report = $report }
            Fail = @{ 'Access: report may not write app/ at web' = 'Expect.AccessAllowed' }
        }
        @{ Break = 'a token may do less'; Do = { $tokens.report = $nothing }; Undo = { $tokens.report = $report }
            Fail = @{ 'Access: report may list app/ at web' = 'Acl.*' }
        }
        @{ Break = 'a token does not exist, which proves no denial'; Do = { $tokens.report = ConvertTo-Secret ([guid]::NewGuid()) }; Undo = { $tokens.report = $report }
            Fail = @{ 'Access: report may list app/ at web' = 'Acl.TokenNotFound'; 'Access: report may not write app/ at web' = 'Acl.TokenNotFound' }
        }
        @{ Break = 'the anonymous token may read'; Do = { $more.Access = @{ Agent = 'web'; Token = 'anonymous'; Key = 'app/x'; Allow = 'Read' } }; Undo = { $more.Remove('Access') }
            Fail = @{ 'Access: anonymous may read app/x at web' = 'Acl.*' }
        }
        @{ Break = 'an agent is not there'; Do = { $more.Agents.gone = @{ Address = 'http://127.0.0.1:1'; Token = 'app' }; $more.Cluster = @{ Agent = 'gone' }; $more.Keys = @{ Key = 'app/x'; Agent = 'gone' }; $more.Access = @{ Key = 'app/x'; Agent = 'gone'; Deny = 'Read' }; $more.Replication = @{ Agent = 'web', 'gone'; Prefix = 'app/config/' }; $more.Canary = @{ Agent = 'gone'; Prefix = 'app/canary' }; $more.Diagnosis = @{ Agent = 'gone' }; $more.Tls = @{ Agent = 'gone' } }
            Undo = { foreach ($name in 'Cluster', 'Keys', 'Access', 'Replication', 'Canary', 'Diagnosis', 'Tls') { $more.Remove($name) }; $more.Agents.Remove('gone') }; OnlyOf = 'gone'
            Fail = @{
                'Agents: gone can be reached' = 'Tcp.Refused'; 'Cluster: gone has a leader' = 'Tcp.Refused'; 'Keys: there is app/x at gone' = 'Tcp.Refused'; 'Access: the token of gone may not read app/x at gone' = 'Tcp.Refused'
                'Canary: a key below app/canary at gone can be written, read and removed' = 'Tcp.Refused'; 'Diagnosis: the way at gone is healthy' = 'Tcp.Refused'; 'Tls: gone has a certificate that is good for 14 more days' = 'Expect.NoTls'
                'Replication: web, gone hold the same keys below app/config/ within 5.0 s' = 'Tcp.Refused'
            }
        }
        @{ Break = 'an agent is too slow for what is asked'; Do = { $more.Agents.slow = @{ Address = $address; Token = 'app'; MaximumLatency = [TimeSpan]::FromTicks(1) } }; Undo = { $more.Agents.Remove('slow') }; OnlyOf = 'slow'
            Fail = @{ 'Agents: slow can be reached and answers within 0.0 ms' = 'Expect.Slow' }
        }
        @{ Break = 'the certificate ends too soon'; Do = { $more.Tls = @{ Agent = 'secure'; MinimumDays = 4000 } }; Undo = { $more.Remove('Tls') }
            Fail = @{ 'Tls: secure has a certificate that is good for 4000 more days' = 'Expect.CertificateEnds' }
        }
        @{ Break = 'the authority is another one'; Do = { $more.Agents.other = @{ Address = $tlsAddress; CACertificate = $otherCa; Token = 'app' }; $more.Tls = @{ Agent = 'other' } }; Undo = { $more.Remove('Tls'); $more.Agents.Remove('other') }; OnlyOf = 'other'
            Fail = @{ 'Agents: other can be reached' = 'Tls.*'; 'Tls: other has a certificate that is good for 14 more days' = 'Tls.*' }
        }
        @{ Break = 'there are fewer servers'; Do = { $more.Cluster = @{ Agent = 'web'; Servers = 3 } }; Undo = { $more.Remove('Cluster') }
            Fail = @{ 'Cluster: web has 3 servers, all alive' = 'Expect.ServersDiffer' }
        }
        @{ Break = 'Consul is older'; Do = { $more.Cluster = @{ Agent = 'web'; MinimumVersion = '99.0' } }; Undo = { $more.Remove('Cluster') }
            Fail = @{ 'Cluster: web runs Consul 99.0 or newer' = 'Expect.VersionOlder' }
        }
        @{ Break = 'a datacenter is not known'; Do = { $more.Cluster = @{ Agent = 'web'; Datacenters = 'dc1', 'dc9' } }; Undo = { $more.Remove('Cluster') }
            Fail = @{ 'Cluster: web knows the datacenters dc1, dc9' = 'Wan.UnknownDatacenter' }
        }
        @{ Break = 'a copy differs'; Do = { $more.Agents.copy = @{ Address = $copy.Address.OriginalString; Token = 'copy' }; $more.Replication = @{ Agent = 'web', 'copy'; Prefix = 'app/config/workers'; Within = '300ms' } }; Undo = { $more.Remove('Replication'); $more.Agents.Remove('copy') }; OnlyOf = 'copy'
            Fail = @{ 'Replication: web, copy hold the same keys below app/config/workers within 300 ms' = 'Expect.ReplicaDiffers' }
        }
        @{ Break = 'nothing is there to replicate'; Do = { $more.Replication = @{ Agent = 'web', 'secure'; Prefix = 'app/none/' } }; Undo = { $more.Remove('Replication') }
            Fail = @{ 'Replication: web, secure hold the same keys below app/none/ within 5.0 s' = 'Expect.KeyCount' }
        }
        @{ Break = 'the canary may not be written'; Do = { $more.Canary = @{ Agent = 'web'; Prefix = 'app/canary/'; Token = 'report' } }; Undo = { $more.Remove('Canary') }
            Fail = @{ 'Canary: a key below app/canary/ at web can be written, read and removed with report' = 'Acl.*' }
        }
        @{ Break = 'a diagnosis is faulty'; Do = { $more.Diagnosis = @{ Agent = 'web'; Key = 'app/config/url'; Token = 'report' } }; Undo = { $more.Remove('Diagnosis') }
            Fail = @{ 'Diagnosis: write app/config/url at web with report is healthy' = 'Acl.*' }
        }
        @{ Break = 'the token''s variable is empty'; Do = { $more.Tokens = @{ lost = @{ Variable = 'NO_SUCH_VARIABLE' } }; $more.Access = @{ Agent = 'web'; Token = 'lost'; Key = 'app/x'; Deny = 'Read' } }; Undo = { $more.Remove('Tokens'); $more.Remove('Access') }
            Fail = @{ 'Description: Tokens.lost.Variable can be understood' = 'Expect.NotUnderstood'; 'Access: lost may not read app/x at web' = 'Expect.NotUnderstood' }
        }
    )
    # Slips in the description: each is a test that fails and names the place.
    $slips = @(
        @{ Slip = 'a section''s name'; Data = @{ Kesy = 'a' }; Place = 'Kesy'; Says = 'did you mean Keys' }
        @{ Slip = 'an entry''s name'; Data = @{ Keys = @{ Key = 'a'; Patern = 'x' } }; Place = 'Keys.Patern'; Says = 'did you mean Pattern' }
        @{ Slip = 'an entry''s name in a list'; Data = @{ Keys = @('a', @{ Key = 'b'; Typ = 'x' }) }; Place = 'Keys[1].Typ'; Says = 'did you mean Type' }
        @{ Slip = 'a type'; Data = @{ Keys = @{ Key = 'a'; Type = 'Integr' } }; Place = 'Keys.Type'; Says = 'did you mean Integer' }
        @{ Slip = 'an operation'; Data = @{ Access = @{ Key = 'a'; Allow = 'Wirte' } }; Place = 'Access.Allow'; Says = 'did you mean Write' }
        @{ Slip = 'an operation by its number'; Data = @{ Access = @{ Key = 'a'; Allow = '1' } }; Place = 'Access.Allow'; Says = 'none of' }
        @{ Slip = 'allow and deny of the same'; Data = @{ Access = @{ Key = 'a'; Allow = 'Read'; Deny = 'Read' } }; Place = 'Access'; Says = 'both Allow and Deny' }
        @{ Slip = 'neither allow nor deny'; Data = @{ Access = @{ Key = 'a' } }; Place = 'Access'; Says = 'must say' }
        @{ Slip = 'an agent''s name'; Data = @{ Keys = @{ Key = 'a'; Agent = 'hree' } }; Place = 'Keys.Agent'; Says = 'did you mean here' }
        @{ Slip = 'a token''s name'; Data = @{ Keys = @{ Key = 'a'; Token = 'nobody' } }; Place = 'Keys.Token'; Says = 'none of the names' }
        @{ Slip = 'a variable that was empty'; Data = @{ Keys = @{ Key = $null } }; Place = 'Keys.Key'; Says = 'empty' }
        @{ Slip = 'an empty list'; Data = @{ Keys = @() }; Place = 'Keys'; Says = 'empty list' }
        @{ Slip = 'an agent without address'; Data = @{ Agents = @{ here = @{ Token = 'anonymous' } } }; Place = 'Agents.here.Address'; Says = 'missing' }
        @{ Slip = 'a duration'; Data = @{ Timeout = '15' }; Place = 'Timeout'; Says = 'duration' }
        @{ Slip = 'a pattern'; Data = @{ Keys = @{ Key = 'a'; Pattern = '(' } }; Place = 'Keys.Pattern'; Says = 'no regular expression' }
        @{ Slip = 'a word of a shape'; Data = @{ Keys = @{ Key = 'a'; Json = @{ x = 'Strng' } } }; Place = 'Keys.Json.x'; Says = 'did you mean String' }
        @{ Slip = 'a schema that is not there'; Data = @{ Keys = @{ Key = 'a'; JsonSchema = 'none.json' } }; Place = 'Keys.JsonSchema'; Says = 'neither JSON nor a file' }
        @{ Slip = 'a flag that is text'; Data = @{ Keys = @{ Key = 'a'; Exists = 'false' } }; Place = 'Keys.Exists'; Says = '\$true or \$false' }
        @{ Slip = 'rules for what must not be'; Data = @{ Keys = @{ Key = 'a'; Exists = $false; Type = 'Json' } }; Place = 'Keys.Exists'; Says = 'rules' }
        @{ Slip = 'one agent to compare'; Data = @{ Replication = @{ Prefix = 'a' } }; Place = 'Replication.Agent'; Says = 'two agents' }
        @{ Slip = 'a suppression'; Data = @{ Diagnosis = @{ Suppress = 'Tls.Expierd' } }; Place = 'Diagnosis.Suppress'; Says = 'no finding' }
        @{ Slip = 'a version'; Data = @{ Cluster = @{ MinimumVersion = 'new' } }; Place = 'Cluster.MinimumVersion'; Says = 'no version' }
        @{ Slip = 'the same twice'; Data = @{ Keys = 'a', 'a' }; Place = 'Keys'; Says = 'twice' }
    )
}

BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $examples = Join-Path $PSScriptRoot '../../docs/examples'
    $certificates = [ConsulKvTools.Lab.CertificateLab]::new()
    $ca = $certificates.Authority()
    $options = [ConsulKvTools.Lab.ConsulAgentOptions]::new()
    $options.InMemory = $true
    $options.Acl = [ConsulKvTools.Lab.AgentAclOptions]::new()
    $options.Tls = [ConsulKvTools.Lab.AgentTlsOptions]::new($ca.Issue('127.0.0.1'))
    $agent = [ConsulKvTools.Lab.ConsulAgent]::Start($options)
    $bare = [ConsulKvTools.Lab.ConsulAgentOptions]::new()
    $bare.InMemory = $true
    $copy = [ConsulKvTools.Lab.ConsulAgent]::Start($bare)
    $address = $agent.Address.OriginalString
    $tlsAddress = $agent.HttpsAddress.OriginalString
    $folder = (New-Item -ItemType Directory (Join-Path $TestDrive 'environment')).FullName
    Copy-Item $examples/* $folder
    [IO.File]::WriteAllText("$folder/ca.pem", $ca.Certificate.ExportCertificatePem())
    $otherCa = "$folder/other.pem"
    [IO.File]::WriteAllText($otherCa, $certificates.Authority().Certificate.ExportCertificatePem())
    $admin = New-ConsulKvSession $address -Token (ConvertTo-Secret $agent.ManagementToken) -Name admin
    $env:APP_CONSUL_TOKEN = $appToken = $agent.CreateToken('key_prefix "app/" { policy = "write" } key "app/config/url/x" { policy = "read" } key "app/config/limits/x" { policy = "read" } session_prefix "" { policy = "write" } agent_prefix "" { policy = "read" } node_prefix "" { policy = "read" }').SecretId
    $reportToken = $agent.CreateToken('key_prefix "app/" { policy = "read" } agent_prefix "" { policy = "read" } node_prefix "" { policy = "read" }').SecretId
    [IO.File]::WriteAllText("$folder/report.token", $reportToken)
    $report = ConvertTo-Secret $reportToken
    $admin2 = ConvertTo-Secret $agent.CreateToken('key_prefix "app/" { policy = "write" }').SecretId
    $nothing = ConvertTo-Secret $agent.CreateToken('key_prefix "other/" { policy = "read" }').SecretId
    $schemas = try { Test-Json '{}' -Schema '{}' } catch { $false }
    $tokens = @{ report = $report; copy = ConvertTo-Secret ([guid]::NewGuid()) }
    Set-ConsulKv app/config/url 'https://a.example/' -Session $admin | Out-Null
    Set-ConsulKv app/config/workers 4 -Session $admin | Out-Null
    Set-ConsulKv app/config/limits '{"perSecond":5,"burst":null,"hosts":["a"]}' -Session $admin | Out-Null
    Set-ConsulKv app/feature/a true -Session $admin | Out-Null
    Set-ConsulKv app/feature/b false -Session $admin | Out-Null
    $copy.PutKey('app/config/workers', '5')

    # The file is the example, as it is; only where the lab's agents are is said beside it. What app may not delete stands there too.
    $more = @{ Agents = @{ web = @{ Address = $address; Token = 'app'; MaximumLatency = '2s' }; secure = @{ Address = $tlsAddress; Token = 'app'; CACertificate = 'ca.pem' } } }
    $example = "$folder/environment.psd1"
    # Entries that only name other agents are taken from the table, so that a break touches its own.
    function Get-Expected { @{ Path = $example; Data = $more + $(if ($more.ContainsKey('Tokens')) { @{} } else { @{ Tokens = $tokens } }) } }
    function Invoke-Environment([hashtable] $Data, [string] $ResultPath, [string] $Format = 'NUnitXml') {
        $configuration = New-PesterConfiguration
        $configuration.Run.Container = New-PesterContainer -Path (Get-ConsulKvTestPath) -Data $Data
        $configuration.Run.PassThru = $true
        $configuration.Output.Verbosity = 'None'
        if ($ResultPath) { $configuration.TestResult.Enabled = $true; $configuration.TestResult.OutputPath = $ResultPath; $configuration.TestResult.OutputFormat = $Format }
        Invoke-Pester -Configuration $configuration
    }
}
AfterAll {
    Remove-Item env:APP_CONSUL_TOKEN -ErrorAction Ignore
    Get-ConsulKvSession | Remove-ConsulKvSession
    $agent.Dispose()
    $copy.Dispose()
    $certificates.Dispose()
}

Describe 'Test-ConsulEnvironment' {
    It 'names exactly what is broken when <Break>' -ForEach $breaks {
        . $Do | Out-Null
        try {
            # Entries of the example are meant for all agents; one that comes along is looked at by itself.
            $given = if ($OnlyOf) { @{ Data = @{ Tokens = $tokens + @{ app = @{ Variable = 'APP_CONSUL_TOKEN' } } } + $more } } else { Get-Expected }
            $results = @(Test-ConsulEnvironment @given)
            if ($OnlyOf) { $results = @($results | Where-Object { $_.Name -match "\b$OnlyOf\b" }) }
            # Where Test-Json knows no schemas their check is skipped: the expectation then is that it is.
            if (-not $schemas) {
                ($results | Where-Object Name -Match 'JSON schema').Status | Should -Be $(if ($OnlyOf) { $null } else { 'Skipped' })
                $results = @($results | Where-Object Name -NotMatch 'JSON schema')
                $Fail = $Fail.Clone()
                @($Fail.Keys) -match 'JSON schema' | ForEach-Object { $Fail.Remove($_) }
            }
            $failed = @($results | Where-Object Status -NE 'Passed')
            ($failed.Name | Sort-Object) -join "`n" | Should -Be (($Fail.Keys | Sort-Object) -join "`n") -Because "$($failed | ForEach-Object { "$($_.Name) $($_.Message)" })"
            foreach ($one in $failed) {
                $one.Code | Should -BeLike $Fail[$one.Name]
                $one.Message | Should -Match "^$($one.Code): .+\nCause: .+\nRemedy: .+"
            }
        }
        finally { if ($Undo) { . $Undo | Out-Null } }
    }

    It 'says where <Slip> is wrong, and checks the rest' -ForEach $slips {
        $all = @{ Agents = @{ here = @{ Address = $address; Token = 'anonymous' } } } + $(if ($Data.ContainsKey('Agents')) { @{} } else { $Data })
        if ($Data.ContainsKey('Agents')) { $all.Agents = $Data.Agents }
        $checks = @(Test-ConsulEnvironment -Data $all -ListAvailable)
        $checks.Name | Should -Contain "Description: $Place can be understood"
        $checks.Name | Should -Contain 'Agents: here can be reached'
        $result = $checks | Where-Object Name -EQ "Description: $Place can be understood" | Select-Object -First 1 | Test-ConsulEnvironment
        $result.Status | Should -Be 'Failed'
        $result.Code | Should -Be 'Expect.NotUnderstood'
        $result.Message | Should -Match $Says
    }

    It 'never takes an empty description for a sound one' {
        (Test-ConsulEnvironment -Data @{}).Code | Should -Be 'Expect.NotUnderstood'
        Test-ConsulEnvironment -Data @{ Agents = @{} } -Quiet | Should -BeFalse
    }

    It 'refuses a token as plain text and repeats it nowhere' {
        $result = Test-ConsulEnvironment -Data @{ Agents = @{ here = $address }; Tokens = @{ app = 'a-plain-secret' }; Access = @{ Token = 'another-secret'; Key = 'a'; Allow = 'Read' } }
        $text = $result | ConvertTo-Json -Depth 6
        $text | Should -Match 'plain text'
        $text | Should -Not -Match 'a-plain-secret|another-secret'
    }

    It 'takes a PSCredential for a token' {
        $credential = [pscredential]::new('app', (ConvertTo-Secret $appToken))
        Test-ConsulEnvironment -Data @{ Agents = @{ here = $address }; Tokens = @{ app = $credential }; Access = @{ Token = 'app'; Key = 'app/x'; Allow = 'Write' } } -Quiet | Should -BeTrue
    }

    It 'reads JSON as it reads a data file' {
        @"
{ "`$schema": "x", "Agents": { "here": { "Address": "$address", "Token": "app" } }, "Tokens": { "app": { "Variable": "APP_CONSUL_TOKEN" } },
  // what is there
  "Keys": [ { "Key": "app/config/workers", "Minimum": 1 }, { "Key": "app/config/limits", "Json": { "hosts": ["String"], "*": "Any" } } ] }
"@ | Set-Content "$TestDrive/e.json"
        (Test-ConsulEnvironment "$TestDrive/e.json").Status | Should -Be 'Passed', 'Passed', 'Passed'
    }

    It 'names a file that is none: <_>' -ForEach 'not there', 'not a table', 'code' {
        $file = "$TestDrive/bad.psd1"
        Remove-Item $file -ErrorAction Ignore
        if ($_ -eq 'not a table') { '1' | Set-Content $file }
        if ($_ -eq 'code') { '@{ Agents = (Get-Date) }' | Set-Content $file }
        (Get-ErrorOf { Test-ConsulEnvironment $file }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
    }

    It 'skips what Test-Json is needed for where it is not, and says so' {
        $check = Test-ConsulEnvironment -Data @{ Agents = @{ here = @{ Address = $address; Token = 'app' } }; Tokens = @{ app = @{ Variable = 'APP_CONSUL_TOKEN' } }; Keys = @{ Key = 'app/config/limits'; JsonSchema = '{}' } } -ListAvailable | Where-Object Kind -EQ Keys
        $run = [ConsulKvTools.ConsulEnvironmentResult].Assembly.GetType('ConsulKvTools.Validation.EnvironmentCheckRun').GetMethod('RunAsync')
        $result = $run.Invoke($null, @($check.PSObject.BaseObject, $null, [TimeProvider]::System, [Threading.CancellationToken]::None)).Result
        $result.Status | Should -Be 'Skipped'
        $result.Message | Should -Match 'Test-Json'
    }

    It 'shows no value of a key' {
        Set-ConsulKv app/config/workers hunter2secret -Session $admin | Out-Null
        try {
            $rules = @{ Type = 'Integer' }, @{ Pattern = '^\d+$' }, @{ Value = '4' }, @{ OneOf = '1', '2' }, @{ Minimum = 1 }, @{ MaximumBytes = 2 }, @{ Json = 'Integer' }
            foreach ($rule in $rules) {
                $result = Test-ConsulEnvironment -Data @{ Agents = @{ here = @{ Address = $address; Token = 'app' } }; Tokens = @{ app = @{ Variable = 'APP_CONSUL_TOKEN' } }; Keys = @{ Key = 'app/config/workers' } + $rule } | Where-Object Kind -EQ Keys
                $result.Code | Should -Be 'Expect.ValueDiffers' -Because ($rule | ConvertTo-Json)
                $result | ConvertTo-Json -Depth 5 | Should -Not -Match 'hunter2secret'
            }
            if (-not $schemas) { return }
            Set-ConsulKv app/config/workers '{"a":"hunter2secret"}' -Session $admin | Out-Null
            $result = Test-ConsulEnvironment -Data @{ Agents = @{ here = @{ Address = $address; Token = 'app' } }; Tokens = @{ app = @{ Variable = 'APP_CONSUL_TOKEN' } }; Keys = @{ Key = 'app/config/workers'; JsonSchema = '{"properties":{"a":{"enum":["x"]}}}' } } | Where-Object Kind -EQ Keys
            $result.Code | Should -Be 'Expect.ValueDiffers'
            $result.Message | Should -Match '/a'
            $result | ConvertTo-Json -Depth 5 | Should -Not -Match 'hunter2secret'
        }
        finally { Set-ConsulKv app/config/workers 4 -Session $admin | Out-Null }
    }
}

Describe 'The Pester file' {
    It 'passes for the example in a healthy environment, and names its tests the same each time' {
        $given = Get-Expected
        $data = @{ Path = $given.Path } + $given.Data
        $run = Invoke-Environment $data "$TestDrive/healthy.xml"
        $run.Result | Should -Be 'Passed' -Because "$($run.Failed.ErrorRecord)"
        $run.PassedCount + $run.SkippedCount | Should -Be @(Test-ConsulEnvironment @given -ListAvailable).Count
        $run.SkippedCount | Should -Be $(if ($schemas) { 0 } else { 1 })
        $run.PassedCount | Should -BeGreaterThan 30
        $xml = [xml](Get-Content "$TestDrive/healthy.xml" -Raw)
        $names = @($xml.SelectNodes('//test-case').name)
        Invoke-Environment $data "$TestDrive/again.xml" | Out-Null
        @(([xml](Get-Content "$TestDrive/again.xml" -Raw)).SelectNodes('//test-case').name) | Should -Be $names
        $names | Where-Object { $_ -match 'app may write app/config/url at web' } | Should -HaveCount 1
        foreach ($file in 'healthy.xml', 'again.xml') {
            Get-Content "$TestDrive/$file" -Raw | Should -Not -Match "$appToken|$reportToken|$($agent.ManagementToken)"
        }
    }

    It 'carries code, cause, remedy and command into <Format>' -ForEach @(
        @{ Format = 'NUnitXml'; Path = '//failure/message' }
        @{ Format = 'JUnitXml'; Path = '//failure/@message' }
    ) {
        $run = Invoke-Environment @{ Agents = @{ here = @{ Address = $address; Token = 'app' } }; Tokens = @{ app = ConvertTo-Secret $appToken }; Keys = 'app/none' } "$TestDrive/broken.xml" $Format
        $run.FailedCount | Should -Be 1
        $said = ([xml](Get-Content "$TestDrive/broken.xml" -Raw)).SelectSingleNode($Path)
        $text = if ($said -is [Xml.XmlAttribute]) { $said.Value } else { $said.InnerText }
        $text | Should -Match 'Key\.Missing'
        $text | Should -Match 'Cause: '
        $text | Should -Match 'Remedy: '
        $text | Should -Match 'Run: Get-ConsulKv'
        Get-Content "$TestDrive/broken.xml" -Raw | Should -Not -Match $appToken
    }

    It 'fails for a name in -Data that is none' {
        $run = Invoke-Environment @{ Agents = @{ here = $address }; Kesy = 'app/x' }
        $run.FailedCount | Should -Be 1
        $run.Failed.ExpandedName | Should -Be 'Description: Kesy can be understood'
        "$($run.Failed.ErrorRecord)" | Should -Match 'did you mean Keys'
    }

    It 'fails when nothing is described' {
        (Invoke-Environment @{}).FailedCount | Should -Be 1
    }

    It 'is where Get-ConsulKvTestPath says' {
        Get-ConsulKvTestPath | Should -Exist
        Get-ConsulKvTestPath | Should -BeLike '*.Tests.ps1'
    }
}

Describe 'The view of a checked environment' {
    It 'shows status, code and name at a glance, and the finding in full with Format-List' {
        $results = Test-ConsulEnvironment -Data @{ Agents = @{ here = @{ Address = $address; Token = 'app' } }; Tokens = @{ app = ConvertTo-Secret $appToken }; Keys = 'app/none', 'app/config/url' }
        $table = $results | Out-String -Width 100
        $table | Should -Match '(?m)^Failed\s+Key\.Missing\s+Keys: there is app/none at here'
        $table | Should -Match '(?m)^Passed\s+Keys: there is app/config/url at here'
        $results[1] | Format-List | Out-String | Should -Match '(?s)Finding .*Key\.Missing.*Remedy '
    }
}
