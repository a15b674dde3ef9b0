using ConsulKvTools.Cli.Views;

namespace ConsulKvTools.Cli.Tests;

/// <summary>A cmdlet's line becomes the line that does the same here.</summary>
public sealed class ShellCommandTests
{
    [Theory]
    [InlineData("Test-ConsulConnectivity -Session 'http://h:8500'", "consulkv test --address 'http://h:8500'")]
    [InlineData("Get-ConsulKv -Prefix 'app/' -NamesOnly", "consulkv get --prefix 'app/' --names")]
    [InlineData("Get-ConsulKv -Key 'app/x' | Select-Object Key, ModifyIndex", "consulkv get 'app/x'")]
    [InlineData("Get-ConsulKvConsistent -Key 'a'", "consulkv get --consistency consistent 'a'")]
    [InlineData("Test-ConsulAcl -Key 'a' -Operation Write -AdminSession $admin", "consulkv acl 'a' --operation write --admin-token-file <file>")]
    [InlineData("New-ConsulKvSession -Address http://h:8500 -Token (Read-Host -AsSecureString) -Default", "consulkv test --address http://h:8500 --token-file <file>")]
    [InlineData("New-ConsulKvSession -Address https://h -CACertificate 'ca.pem' -Default", "consulkv test --address https://h --ca-certificate 'ca.pem'")]
    [InlineData("Invoke-ConsulDiagnosis -Key 'a' -Timeout 60s", "consulkv diagnose 'a' --timeout 60s")]
    [InlineData("Set-ConsulKv -Key ('/a/b'.TrimStart('/')) -Value '<value>'", "consulkv set 'a/b' '<value>'")]
    [InlineData("Get-ConsulKv -Key 'it''s'", "consulkv get 'it'\\''s'")]
    [InlineData("Get-ConsulKv -Key 'a' -Session (New-ConsulKvSession -Address http://h:1 -Datacenter dc2)", "consulkv get 'a' --address http://h:1 --datacenter dc2")]
    [InlineData("Get-Help Set-ConsulKv -Full", "consulkv set --help")]
    [InlineData("nsenter -t 5 -n pwsh -c \"Invoke-ConsulDiagnosis -ProcessId 5\"", "nsenter -t 5 -n consulkv diagnose --pid 5")]
    [InlineData("consul members", "consul members")]
    [InlineData("openssl s_client -connect h:8501", "openssl s_client -connect h:8501")]
    public void Cmdlets_become_verbs(string cmdlet, string expected) => Assert.Equal(expected, ShellCommand.Of(cmdlet));
}
