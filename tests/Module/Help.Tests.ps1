BeforeDiscovery {
    $module = if ($env:CONSULKVTOOLS_MODULE) { $env:CONSULKVTOOLS_MODULE } else { Join-Path $PSScriptRoot '../../out/ConsulKvTools' }
    # The build of the module left it there: what docs/en-US has of code, with the hidden comments that say what has to be before and after.
    $examples = @(Get-Content -LiteralPath (Join-Path $module '../ConsulKvTools.examples.json') -Raw | ConvertFrom-Json | ForEach-Object { @{ Page = $_.Page; Title = $_.Title; Example = $_ } })
    $commands = @((Import-PowerShellDataFile -LiteralPath (Join-Path $module 'ConsulKvTools.psd1')).CmdletsToExport | ForEach-Object { @{ Command = $_ } })
    $topics = @(Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot '../../docs/en-US') -Filter about_*.md | ForEach-Object { @{ Topic = $_.BaseName } })
}

BeforeAll {
    . $PSScriptRoot/Lab.ps1
    . $PSScriptRoot/Examples.ps1
    $agent = Get-LabAgent
    $common = [Management.Automation.Cmdlet]::CommonParameters
    function Get-Words([string] $Text) { ($Text -split '\s+' | Where-Object { $_ }) -join ' ' }
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Examples' {
    It '<Page>: <Title>' -ForEach $examples {
        $ran = Invoke-Example $Example (Join-Path $TestDrive ([guid]::NewGuid()))
        $ids = @($ran.Errors | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] }) -join ' '
        $ids | Should -Be (@($Example.Errors) -join ' ') -Because "$($ran.Errors)"
        $ran.Untrue | Should -BeNullOrEmpty
        if (-not $Example.Output) { return }
        if ($env:CONSULKVTOOLS_WRITE_DOCS) { Set-ExampleOutput $Example $ran.Screen }
        else { Get-StableText $ran.Screen | Should -Be (Get-StableText $Example.Output) -Because 'the page shows it; CONSULKVTOOLS_WRITE_DOCS=1 writes into the pages what stands on the screen now' }
    }
}

Describe 'Get-Help <Command>' -ForEach $commands {
    BeforeAll {
        $info = Get-Command $Command
        $help = Get-Help $Command -Full
    }

    It 'has a synopsis, a description, three examples and links' {
        $help.Synopsis | Should -Not -BeLike "*$Command*``[*"
        Get-Words ($help.Description | Out-String) | Should -Not -BeNullOrEmpty
        @($help.Examples.Example).Count | Should -BeGreaterOrEqual 3
        foreach ($example in $help.Examples.Example) {
            $example.Code | Should -Not -BeNullOrEmpty
            Get-Words ($example.Remarks | Out-String) | Should -Not -BeNullOrEmpty
        }
        @($help.RelatedLinks.NavigationLink).Count | Should -BeGreaterOrEqual 2
    }

    It 'is on the web where -Online looks' {
        $info.HelpUri | Should -BeLike "https://*/docs/en-US/$Command.md"
        $help.RelatedLinks.NavigationLink[0].Uri | Should -Be $info.HelpUri
        Test-Path -LiteralPath (Join-Path $PSScriptRoot "../../docs/en-US/$Command.md") | Should -BeTrue
    }

    It 'names every parameter and no other' {
        ($help.Parameters.Parameter.Name | Sort-Object) -join ' ' | Should -Be (($info.Parameters.Keys | Where-Object { $_ -notin $common } | Sort-Object) -join ' ')
    }

    It 'says of every parameter what PowerShell itself knows' {
        foreach ($shown in $help.Parameters.Parameter | Where-Object Name) {
            $known = $info.Parameters[$shown.Name]
            $sets = @($known.ParameterSets.Values)
            $because = "$Command -$($shown.Name)"
            Get-Words ($shown.Description | Out-String) | Should -Not -BeNullOrEmpty -Because $because
            $type = if ($bare = [Nullable]::GetUnderlyingType($known.ParameterType)) { $bare } else { $known.ParameterType }
            $shown.Type.Name | Should -Be $type.Name -Because $because
            $shown.Aliases | Should -Be $(if ($known.Aliases.Count) { $known.Aliases -join ', ' } else { 'none' }) -Because $because
            $shown.Required | Should -Be "$(-not ($sets | Where-Object { -not $_.IsMandatory }))" -Because $because
            $shown.Globbing | Should -Be "$([bool]($known.Attributes | Where-Object { $_ -is [SupportsWildcards] }))" -Because $because
            $position = @($sets | Where-Object { $_.Position -ge 0 } | ForEach-Object Position)
            $shown.Position | Should -Be $(if ($position.Count) { "$($position[0])" } else { 'named' }) -Because $because
            $pipeline = @(@(if ($sets.ValueFromPipelineByPropertyName -contains $true) { 'ByPropertyName' }) + @(if ($sets.ValueFromPipeline -contains $true) { 'ByValue' }))
            $shown.PipelineInput | Should -Be $(if ($pipeline) { "True ($($pipeline -join ', '))" } else { 'False' }) -Because $because
        }
    }

    It 'shows each parameter set with its parameters' {
        $sets = @($info.ParameterSets)
        @($help.Syntax.SyntaxItem).Count | Should -Be $sets.Count
        $expected = $sets | ForEach-Object { ($_.Parameters | Where-Object Name -notin $common | ForEach-Object { "$($_.Name):$($_.IsMandatory)" } | Sort-Object) -join ' ' } | Sort-Object
        $actual = $help.Syntax.SyntaxItem | ForEach-Object { ($_.Parameter | Where-Object Name | ForEach-Object { "$($_.Name):$($_.Required)" } | Sort-Object) -join ' ' } | Sort-Object
        $actual | Should -Be $expected
    }

    It 'names what comes out' {
        $named = @($help.ReturnValues.ReturnValue | ForEach-Object { $_.Type.Name.Trim() }) | Where-Object { $_ -ne 'None' } | Sort-Object
        $named -join ' ' | Should -Be (@($info.OutputType.Name | Sort-Object) -join ' ')
    }

    It 'reads clean with -Full, -Examples, -Detailed and -Parameter' {
        $asked = @(@{ Full = $true }, @{ Examples = $true }, @{ Detailed = $true }) + @(if ($help.Parameters.Parameter.Name) { @{ Parameter = '*' } })
        foreach ($way in $asked) {
            Get-Help $Command @way | Out-String -Width 100 | Should -Not -Match '`|\]\(|<!--|\{\{|System\.Management\.Automation\.PSCustomObject|@\{Text='
        }
    }
}

Describe 'Topics' {
    It '<Topic> is found by Get-Help, at 80 columns, with a synopsis' -ForEach $topics {
        $text = Get-Help $Topic
        $text | Should -Match "^TOPIC\s+$Topic\s+SHORT DESCRIPTION"
        $text | Should -Not -Match '(?m)^#|\*\*|\]\(|<!--'
        # A command that is to be copied stays whole.
        $text -split "`n" | Where-Object { $_.Length -gt 80 -and $_ -notmatch '^    Run: |^\s*\S{60,}' } | Should -BeNullOrEmpty
        (Get-Help ConsulKv | Where-Object Name -eq $Topic).Synopsis | Should -Not -BeNullOrEmpty
    }

    It 'about_ConsulKvTools says of every command what it is for' {
        $page = Get-Content -LiteralPath (Join-Path $PSScriptRoot '../../docs/en-US/about_ConsulKvTools.md') -Raw
        $listed = [regex]::Matches($page, '(?m)^\| [^|]+ \| (?<commands>[A-Z][^|]*) \|') | ForEach-Object { $_.Groups['commands'].Value -split ', ' }
        ($listed | Sort-Object) -join ' ' | Should -Be (((Import-PowerShellDataFile -LiteralPath $script:ManifestPath).CmdletsToExport | Sort-Object) -join ' ')
    }

    It 'about_ConsulKvFindings has every code of the catalogue' {
        $text = Get-Help about_ConsulKvFindings
        foreach ($row in Get-ConsulFinding) { $text | Should -Match "(?m)^  $([regex]::Escape($row.Code)) \($($row.Severity)\)`r?$" }
    }
}

Describe 'The files that ship' {
    It 'are what the pages give' {
        $build = @('Release', 'Debug' | ForEach-Object { Get-Item (Join-Path $PSScriptRoot "../../src/ConsulKvTools.HelpBuild/bin/$_/net10.0/ConsulKvTools.HelpBuild.dll") -ErrorAction Ignore } | Sort-Object LastWriteTime -Descending)[0]
        & dotnet $build.FullName build --docs (Join-Path $PSScriptRoot '../../docs/en-US') --output (Join-Path $TestDrive 'en-US')
        $LASTEXITCODE | Should -Be 0
        $made = Get-ChildItem (Join-Path $TestDrive 'en-US')
        $shipped = Get-ChildItem (Join-Path $ModulePath 'en-US')
        ($shipped.Name | Sort-Object) -join ' ' | Should -Be (($made.Name | Sort-Object) -join ' ')
        foreach ($file in $made) { (Get-FileHash (Join-Path $ModulePath "en-US/$($file.Name)")).Hash | Should -Be (Get-FileHash $file).Hash -Because $file.Name }
    }
}
