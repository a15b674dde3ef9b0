using System.Management.Automation;
using System.Security;

namespace ConsulKvTools.Commands;

/// <summary>Offers ways to give a secret that leave nothing in the history: variables that hold one, secrets of a vault, a question at the prompt.</summary>
public sealed class TokenCompleter : ConsulCompleter
{
    private const string Vaults = "Microsoft.PowerShell.SecretManagement";

    private protected override IEnumerable<CompletionResult> Complete(CompletionQuestion question)
    {
        var typed = question.Word.Text;
        foreach (var (name, _) in RunspaceVariables.Of<SecureString>())
            if (question.Word.Begins(name)) yield return Offer(name, "A SecureString");
        foreach (var (name, credential) in RunspaceVariables.Of<PSCredential>())
            if (question.Word.Begins(name)) yield return Offer(name, $"The password of the credential {Printable.Text(credential.UserName, 60)}");
        foreach (var (name, vault) in OfVaults(typed)) yield return Offer(Expression(name, vault), $"The secret {Printable.Text(name, 60)} of the vault {Printable.Text(vault, 60)}", Printable.Text(name, 60));
        if (typed.Length == 0) yield return Offer("(Read-Host -AsSecureString -Prompt 'Secret')", "Asks for it, and shows nothing of it", "Read-Host -AsSecureString");
    }

    private static string Expression(string name, string vault) =>
        $"(Get-Secret -Name {TypedWord.Of(null).Complete(name)}{(vault.Length > 0 ? $" -Vault {TypedWord.Of(null).Complete(vault)}" : "")})";

    /// <summary>Secrets whose names begin with what is typed; none where the module is not installed. Only names are asked for: no vault gives a secret away for this.</summary>
    private static IEnumerable<(string Name, string Vault)> OfVaults(string typed)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        // Imported only where it is installed: else an error, however quiet, would be left in $Error.
        var command = shell.AddCommand("Microsoft.PowerShell.Core\\Get-Command").AddParameter("Name", Vaults + "\\Get-SecretInfo").AddParameter("ErrorAction", "Ignore").Invoke<CommandInfo>().FirstOrDefault();
        if (command is null) yield break;
        shell.Commands.Clear();
        foreach (var info in shell.AddCommand(command).AddParameter("Name", WildcardPattern.Escape(typed) + "*").AddParameter("ErrorAction", "Ignore").Invoke().Take(100))
            if (info?.Properties["Name"]?.Value is { } name) yield return (name.ToString()!, info.Properties["VaultName"]?.Value?.ToString() ?? "");
    }
}
