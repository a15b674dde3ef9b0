@{
    RootModule             = 'ConsulKvTools.psm1'
    ModuleVersion          = '0.1.0'
    GUID                   = 'c5f4d0a6-9a3b-4a86-9f0e-6f2d1c7b84e3'
    Author                 = 'ConsulKvTools contributors'
    CompanyName            = 'ConsulKvTools contributors'
    Copyright              = 'MIT licence'
    Description            = 'Reads and writes Consul KV, and says why a write fails: the root cause, the evidence and the command that mends it.'
    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    CompatiblePSEditions   = @('Desktop', 'Core')
    ProcessorArchitecture  = 'None'
    FormatsToProcess       = @('ConsulKvTools.Format.ps1xml')
    CmdletsToExport        = @(
        'Add-ConsulShouldOperator'
        'Compare-ConsulDiagnosis'
        'Compare-ConsulKv'
        'Export-ConsulDiagnosis'
        'Find-ConsulKvSecret'
        'Get-ConsulFinding'
        'Get-ConsulKv'
        'Get-ConsulKvConsistent'
        'Get-ConsulKvSession'
        'Get-ConsulKvTestPath'
        'Invoke-ConsulDiagnosis'
        'New-ConsulKvSession'
        'New-ConsulRetryPolicy'
        'Remove-ConsulKv'
        'Remove-ConsulKvSession'
        'Resolve-ConsulError'
        'Set-ConsulKv'
        'Test-ConsulAcl'
        'Test-ConsulConnectivity'
        'Test-ConsulEnvironment'
        'Test-ConsulKvSession'
    )
    # Every file of the module's folder, name by name: a test and the package compare it with what is there.
    FileList               = @(
        'bin/net472/ConsulKvTools.Core.dll'
        'bin/net472/ConsulKvTools.dll'
        'bin/net8.0/ConsulKvTools.Core.dll'
        'bin/net8.0/ConsulKvTools.dll'
        'ConsulKvTools.Format.ps1xml'
        'ConsulKvTools.psd1'
        'ConsulKvTools.psm1'
        'deps/net472/ConsulKvTools.Resilience.dll'
        'deps/net472/Microsoft.Bcl.AsyncInterfaces.dll'
        'deps/net472/Microsoft.Bcl.TimeProvider.dll'
        'deps/net472/Polly.Core.dll'
        'deps/net472/System.Buffers.dll'
        'deps/net472/System.ComponentModel.Annotations.dll'
        'deps/net472/System.Formats.Asn1.dll'
        'deps/net472/System.Memory.dll'
        'deps/net472/System.Numerics.Vectors.dll'
        'deps/net472/System.Runtime.CompilerServices.Unsafe.dll'
        'deps/net472/System.Text.Encodings.Web.dll'
        'deps/net472/System.Text.Json.dll'
        'deps/net472/System.Threading.Channels.dll'
        'deps/net472/System.Threading.Tasks.Extensions.dll'
        'deps/net472/System.ValueTuple.dll'
        'deps/net8.0/ConsulKvTools.Resilience.dll'
        'deps/net8.0/Polly.Core.dll'
        'en-US/about_ConsulKvConsistency.help.txt'
        'en-US/about_ConsulKvDrive.help.txt'
        'en-US/about_ConsulKvErrors.help.txt'
        'en-US/about_ConsulKvFindings.help.txt'
        'en-US/about_ConsulKvOutcomes.help.txt'
        'en-US/about_ConsulKvSessions.help.txt'
        'en-US/about_ConsulKvTools.help.txt'
        'en-US/ConsulKvTools.dll-Help.xml'
        'LICENSE'
        'THIRD-PARTY-NOTICES.txt'
        'Validation/Environment.Tests.ps1'
        'Validation/ShouldOperators.ps1'
    )
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @()
    PrivateData            = @{
        PSData = @{
            Tags         = @('Consul', 'KV', 'HashiCorp', 'Diagnostics', 'PSEdition_Core', 'PSEdition_Desktop', 'Linux', 'Windows', 'MacOS')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
