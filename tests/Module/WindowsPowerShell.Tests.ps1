# What can be known about Windows PowerShell 5.1 without it: docs/support.md says what is left to be looked at there.
BeforeDiscovery {
    $scripts = @(Get-ChildItem "$PSScriptRoot/../../src/ConsulKvTools" -Recurse -Include *.ps1, *.psm1 | Where-Object FullName -NotMatch '[\\/](bin|obj)[\\/]') + @(Get-Item "$PSScriptRoot/../../ConsulKvTools.psd1") | ForEach-Object { @{ Name = $_.Name; File = $_.FullName } }
    $mono = (Get-Command mono -CommandType Application -ErrorAction Ignore | Select-Object -First 1).Source
    $program = Get-ChildItem "$PSScriptRoot/../ConsulKvTools.Framework/bin" -Recurse -Filter ConsulKvTools.Framework.exe -ErrorAction Ignore | Sort-Object LastWriteTime | Select-Object -Last 1 -ExpandProperty FullName
    $why = if (-not $mono) { 'Mono is not installed here: apt-get install mono-devel' } elseif (-not $program) { 'tests/ConsulKvTools.Framework is not built' }
}
BeforeAll {
    . $PSScriptRoot/Lab.ps1
    # Name -> version and key of every assembly of a folder; and what each refers to.
    function Read-Assembly([string] $File) {
        $stream = [IO.File]::OpenRead($File)
        try {
            $reader = [Reflection.PortableExecutable.PEReader]::new($stream)
            $metadata = [Reflection.Metadata.PEReaderExtensions]::GetMetadataReader($reader)
            [pscustomobject]@{
                Name       = [IO.Path]::GetFileNameWithoutExtension($File)
                Version    = $metadata.GetAssemblyDefinition().Version
                References = @(foreach ($handle in $metadata.AssemblyReferences) {
                        $reference = $metadata.GetAssemblyReference($handle)
                        [pscustomobject]@{ Name = $metadata.GetString($reference.Name); Version = $reference.Version }
                    })
            }
        }
        finally { $stream.Dispose() }
    }
}

Describe 'The scripts' {
    It 'speak only what Windows PowerShell 5.1 understands: <Name>' -ForEach $scripts {
        $tokens = $errors = $null
        $tree = [Management.Automation.Language.Parser]::ParseFile($File, [ref]$tokens, [ref]$errors)
        $errors | Should -BeNullOrEmpty
        $new = 'QuestionMark', 'QuestionQuestion', 'QuestionQuestionEquals', 'QuestionDot', 'QuestionLBracket', 'AndAnd', 'OrOr', 'Clean'
        $tokens | Where-Object { "$($_.Kind)" -in $new } | Should -BeNullOrEmpty
        $commands = $tree.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)
        $commands | Where-Object { $_.GetCommandName() -match '^(.+\\)?(Test-Json|Join-String|Get-Error|Get-Uptime|ConvertFrom-Markdown|Remove-Alias|Start-ThreadJob)$' } | Should -BeNullOrEmpty
        $commands.CommandElements | Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] -and $_.ParameterName -in 'Parallel', 'AsHashtable', 'SkipCertificateCheck', 'NoProxy', 'AsByteStream', 'LeafBase', 'SkipLimitCheck' } | Should -BeNullOrEmpty
        $tree.FindAll({ $args[0] -is [Management.Automation.Language.VariableExpressionAst] -and $args[0].VariablePath.UserPath -in 'IsWindows', 'IsLinux', 'IsMacOS', 'IsCoreCLR', 'PSStyle' }, $true) | Should -BeNullOrEmpty
        # Without a byte order mark it reads letters beyond ASCII in the machine's code page.
        $bytes = [IO.File]::ReadAllBytes($File)
        $bytes | Where-Object { $_ -gt 127 } | Should -BeNullOrEmpty
    }
}

Describe 'The assemblies for .NET Framework' {
    It 'find everything they refer to: in the module, at that version or a later one, or in .NET Framework 4.7.2' {
        $packages = if ($env:NUGET_PACKAGES) { $env:NUGET_PACKAGES } else { Join-Path $HOME '.nuget/packages' }
        $framework = @{}
        foreach ($file in Get-ChildItem "$packages/microsoft.netframework.referenceassemblies.net472/*/build/.NETFramework/v4.7.2" -Recurse -Filter *.dll) {
            try { $framework[$file.BaseName] = [Reflection.AssemblyName]::GetAssemblyName($file.FullName).Version } catch [BadImageFormatException] { }
        }
        $framework.Count | Should -BeGreaterThan 100
        $shipped = @{}
        $all = Get-ChildItem "$ModulePath/bin/net472", "$ModulePath/deps/net472" -Filter *.dll | ForEach-Object { Read-Assembly $_.FullName }
        $all | ForEach-Object { $shipped[$_.Name] = $_.Version }
        $wrong = foreach ($assembly in $all) {
            foreach ($reference in $assembly.References) {
                $what = "$($assembly.Name) wants $($reference.Name) $($reference.Version)"
                # The resolver of Loading/ gives whatever is shipped to our own; an older one would lack what is called.
                if ($shipped.ContainsKey($reference.Name)) { if ($shipped[$reference.Name] -lt $reference.Version) { "$what, shipped is $($shipped[$reference.Name])" } }
                elseif ($framework.ContainsKey($reference.Name)) { if ($framework[$reference.Name] -lt $reference.Version) { "$what, .NET Framework has $($framework[$reference.Name])" } }
                elseif (-not ($reference.Name -eq 'System.Management.Automation' -and $assembly.Name -eq 'ConsulKvTools')) { "$what, which nobody has" }
            }
        }
        $wrong -join "`n" | Should -BeNullOrEmpty
    }

    It 'work: what Core promises, run from the module''s folder by Mono without a binding redirect' -ForEach @{ Mono = $mono; Program = $program; Why = $why } {
        if ($why) { Set-ItResult -Skipped -Because $why; return }
        $agent = Get-LabAgent
        $said = & $mono $program $ModulePath $agent.AddressText $agent.ManagementToken '' '' 'http://127.0.0.1:1' 2>&1
        $said | Where-Object { $_ -notlike 'ok *' -and $_ -ne 'done 0' } | Should -BeNullOrEmpty
        $said | Should -Contain 'done 0'
        @($said -like 'ok *').Count | Should -BeGreaterOrEqual 14
    }
}
