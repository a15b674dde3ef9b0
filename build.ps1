<#
.SYNOPSIS
    Builds the module folder out/ConsulKvTools, ready to import; packs it; or runs the tests, the benchmarks or the long load test, brings the
    help pages up to date with the cmdlets, publishes the native command line, or removes what was built.
.EXAMPLE
    ./build.ps1
    Import-Module ./out/ConsulKvTools
.EXAMPLE
    ./build.ps1 Package

    The module as a zip to unpack onto PSModulePath and as a package for Publish-PSResource, in out/package. Always of a Release build.
.EXAMPLE
    ./build.ps1 Native
    ./out/native/linux-x64/consulkv --version

    One executable that needs no .NET. Needs a linker: clang or gcc on Linux, Xcode's tools on macOS, Visual Studio's C++ tools on Windows.
.EXAMPLE
    ./build.ps1 Benchmark

    Measures everything against its peers, which takes the better part of an hour, and writes docs/benchmarks.md.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Package', 'Test', 'Help', 'Native', 'Benchmark', 'Load', 'Clean')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    # Load: how long.
    [ValidateRange(5, 86400)]
    [int] $Seconds = 600
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
        'Package' {
            Invoke-Dotnet build src/ConsulKvTools '-t:ModuleLayout' --configuration Release '-v:minimal'
            & ./packaging/New-ModulePackage.ps1 -ModulePath out/ConsulKvTools -OutputPath out/package
        }
        'Test' { Invoke-Dotnet test --configuration $Configuration }
        'Help' {
            Invoke-Dotnet build src/ConsulKvTools --configuration $Configuration '-v:minimal'
            Invoke-Dotnet "src/ConsulKvTools.HelpBuild/bin/$Configuration/net10.0/ConsulKvTools.HelpBuild.dll" update --docs docs/en-US --module "src/ConsulKvTools/bin/$Configuration/net8.0/ConsulKvTools.dll"
        }
        'Native' {
            $target = (& dotnet --info | Select-String '^\s*RID:\s*(\S+)').Matches[0].Groups[1].Value
            # Objects of its own, so that neither this nor a usual build finds the other's.
            Invoke-Dotnet publish src/ConsulKvTools.Cli --configuration $Configuration --runtime $target '-p:Native=true' --artifacts-path out/native/build --output "out/native/$target" '-v:minimal'
            Get-Item "out/native/$target/consulkv*" | Where-Object Extension -in '', '.exe'
        }
        'Benchmark' { Invoke-Dotnet run --configuration Release --project benchmarks/ConsulKvTools.Benchmarks }
        'Load' {
            $before = $env:CONSULKVTOOLS_LOAD_SECONDS
            $env:CONSULKVTOOLS_LOAD_SECONDS = $Seconds
            try { Invoke-Dotnet run --configuration $Configuration --project tests/ConsulKvTools.Core.Tests -- -class ConsulKvTools.Tests.Load.LoadTests -showLiveOutput }
            finally { $env:CONSULKVTOOLS_LOAD_SECONDS = $before }
        }
        'Clean' {
            if (Test-Path -LiteralPath out) { Remove-Item -LiteralPath out -Recurse -Force }
            Invoke-Dotnet clean src/ConsulKvTools --configuration $Configuration '-v:quiet'
        }
    }
}
finally {
    Pop-Location
}
