<#
.SYNOPSIS
    Builds the module folder out/ConsulKvTools, ready to import; or runs the tests, or removes what was built.
.EXAMPLE
    ./build.ps1
    Import-Module ./out/ConsulKvTools
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Clean')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release'
)

$ErrorActionPreference = 'Stop'

function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($args -join ' ') ended with exit code $LASTEXITCODE." }
}

if (-not (Get-Command dotnet -ErrorAction Ignore)) {
    throw 'The .NET SDK is not installed. Get it from https://dotnet.microsoft.com/download and try again.'
}

Push-Location -LiteralPath $PSScriptRoot
try {
    switch ($Task) {
        # The layout itself is an MSBuild target (src/ConsulKvTools/ModuleLayout.targets), so that it can be made without PowerShell.
        'Build' { Invoke-Dotnet build src/ConsulKvTools '-t:ModuleLayout' --configuration $Configuration '-v:minimal' }
        'Test' { Invoke-Dotnet test --configuration $Configuration }
        'Clean' {
            if (Test-Path -LiteralPath out) { Remove-Item -LiteralPath out -Recurse -Force }
            Invoke-Dotnet clean src/ConsulKvTools --configuration $Configuration '-v:quiet'
        }
    }
}
finally {
    Pop-Location
}
