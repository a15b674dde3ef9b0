# What an environment is expected to be. Made into tests by
#
#   Invoke-Pester -Container (New-PesterContainer -Path (Get-ConsulKvTestPath) -Data @{ Path = './environment.psd1' })
#
# or checked without Pester by   Test-ConsulEnvironment ./environment.psd1
#
# Every section but Agents may be left out. Wherever an entry names no Agent, it is meant for all of them. Paths are relative to this file.
# Nothing is changed in Consul, except by Canary. No value of a key is ever shown in a result.
@{
    # Time for each check.
    Timeout     = '15s'

    # How each agent is reached: an address, or a table with what New-ConsulKvSession takes. Each becomes a test by being here.
    Agents      = @{
        web     = @{ Address = 'http://127.0.0.1:8500'; Token = 'app'; MaximumLatency = '2s' }
        secure  = @{ Address = 'https://127.0.0.1:8501'; Token = 'app'; CACertificate = 'ca.pem' }
    }

    # Names for tokens. The tokens themselves stand in a file or an environment variable, never here; or they are given with -Data,
    # as SecureString or PSCredential: -Data @{ Path = './environment.psd1'; Tokens = @{ app = $secureString } }.
    # The name anonymous is there without being listed: requests without a token.
    Tokens      = @{
        app     = @{ Variable = 'APP_CONSUL_TOKEN' }
        report  = @{ File = 'report.token' }
    }

    Cluster     = @{ Servers = 1; MinimumVersion = '1.8.0'; Datacenters = 'dc1' }

    Tls         = @{ Agent = 'secure'; MinimumDays = 21 }

    # Token x key x operation: Read, Write, List, Delete, DeleteRecurse, Lock. Nothing is written to find out.
    Access      = @(
        @{ Agent = 'web'; Token = 'app'; Key = 'app/config/url', 'app/config/limits'; Allow = 'Read', 'Write'; Deny = 'DeleteRecurse' }
        @{ Agent = 'web'; Token = 'report'; Key = 'app/'; Allow = 'List'; Deny = 'Write' }
        @{ Agent = 'web'; Token = 'anonymous'; Key = 'app/config/url'; Deny = 'Read', 'Write' }
    )

    # Keys that must be there, and what their values must be.
    # Type: Text, NotEmpty, Integer, Number, Boolean, Guid, Uri, Duration, DateTime, Base64, Json.
    # Also Pattern, Value, OneOf, Minimum, Maximum, MaximumBytes; Prefix with MinimumCount, MaximumCount for all keys below.
    Keys        = @(
        @{ Key = 'app/config/url'; Type = 'Uri'; Pattern = '^https://' }
        @{ Key = 'app/config/workers'; Type = 'Integer'; Minimum = 1; Maximum = 64 }
        # A simple shape of JSON: words for kinds of values, tables for objects, a list of one shape for arrays; a ? for what may be missing.
        @{ Key = 'app/config/limits'; Json = @{ perSecond = 'Integer'; burst = 'Integer|Null'; hosts = @('String'); 'note?' = 'String' } }
        # A JSON schema, text or file: PowerShell 7 checks it, Windows PowerShell skips the test and says so.
        @{ Agent = 'web'; Key = 'app/config/limits'; JsonSchema = 'limits.schema.json' }
        @{ Prefix = 'app/feature/'; Type = 'Boolean'; MinimumCount = 2 }
        @{ Key = 'app/config/obsolete'; Exists = $false }
    )

    # The same keys and values behind several agents or in several datacenters; SameIndexes for agents of one cluster.
    Replication = @{ Agent = 'web', 'secure'; Prefix = 'app/'; Within = '5s'; MaximumStaleness = '5s'; SameIndexes = $true }

    # Whole diagnoses, as of Invoke-ConsulDiagnosis.
    Diagnosis   = @{ Agent = 'web'; Key = 'app/config/url'; AllowDegraded = $true }

    # Opt-in: writes, reads and removes a key of its own.
    Canary      = @{ Agent = 'web'; Prefix = 'app/canary/' }
}
