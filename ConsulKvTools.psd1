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
    FormatsToProcess       = @('ConsulKvTools.Format.ps1xml')
    CmdletsToExport        = @(
        'Compare-ConsulDiagnosis'
        'Export-ConsulDiagnosis'
        'Get-ConsulFinding'
        'Get-ConsulKv'
        'Get-ConsulKvConsistent'
        'Get-ConsulKvSession'
        'Invoke-ConsulDiagnosis'
        'New-ConsulKvSession'
        'New-ConsulRetryPolicy'
        'Remove-ConsulKv'
        'Remove-ConsulKvSession'
        'Resolve-ConsulError'
        'Set-ConsulKv'
        'Test-ConsulAcl'
        'Test-ConsulConnectivity'
    )
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @()
    PrivateData            = @{
        PSData = @{
            Tags         = @('Consul', 'KV', 'HashiCorp', 'Diagnostics', 'PSEdition_Core', 'PSEdition_Desktop', 'Linux', 'Windows', 'MacOS')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
