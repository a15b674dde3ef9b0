namespace ConsulKvTools.Cli.Views;

/// <summary>What the token may do, and why.</summary>
internal static class AclView
{
    public static void Write(Terminal terminal, IReadOnlyList<ConsulAclResult> results)
    {
        foreach (var result in results)
        {
            var status = result.Allowed switch { true => StatusWord.Good("Allowed"), false => StatusWord.Bad("Denied"), null => StatusWord.Doubtful("Unknown") };
            terminal.Line(status, $"  {result.Operation.ToString().ToLowerInvariant()} {Printable.Text(result.Key, 200)}  (found out by {result.Method})");
            FieldView.Write(terminal, "token", result.AccessorId is { } accessor ? $"accessor {accessor}" : null);
            FieldView.Write(terminal, "policies", result.Policies is { Count: > 0 } policies ? string.Join(", ", policies) : null);
            FieldView.Write(terminal, "decided", result.DecidedBy is { } by ? $"by {by}" : null);
            FieldView.WriteWhole(terminal, "rule", result.DecidingRule);
            FieldView.WriteWhole(terminal, "reason", Printable.Text(result.Reason));
            FieldView.WriteWhole(terminal, "needs", result.SuggestedRule);
            FieldView.WriteWhole(terminal, "apply", result.Command);
            if (result.Finding is { } finding) FindingView.Write(terminal, finding);
            foreach (var note in result.Notes) FindingView.Write(terminal, note);
        }
    }
}
