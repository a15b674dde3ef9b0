using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Offers the sessions of this runspace: by their variables, or by name where they have none.</summary>
public sealed class SessionCompleter : ConsulCompleter
{
    private protected override IEnumerable<CompletionResult> Complete(CompletionQuestion question)
    {
        var sessions = RunspaceSessions.Current;
        var variables = RunspaceVariables.Of<ConsulKvSession>().Where(row => !row.Value.IsDisposed).ToArray();
        foreach (var (name, session) in variables)
            if (question.Word.Begins(name)) yield return Offer(name, MeaningOf(session, sessions));
        foreach (var session in sessions.Made)
        {
            if (!question.Word.Begins(session.Name) || (question.Word.Text.Length == 0 && variables.Any(row => row.Value == session))) continue;
            var name = question.Word.Complete(session.Name);
            // For those who take addresses too, an address is another session than the one that was made with it.
            var isAddress = session.Name == session.Address && question.Command != "Remove-ConsulKvSession";
            yield return Offer(isAddress ? $"(Get-ConsulKvSession {name})" : name, MeaningOf(session, sessions), Printable.Text(session.Name, 80));
        }
    }

    private static string MeaningOf(ConsulKvSession session, RunspaceSessions sessions) =>
        Printable.Text(session.ToString(), 140)
        + (session.Datacenter is { } datacenter ? $", datacenter {Printable.Text(datacenter, 40)}" : "")
        + $", {(session.TokenFingerprint is { } token ? $"token …{token}" : "no token")}{(session == sessions.Default ? ", the default" : "")}";
}
