namespace ConsulKvTools.Cli.Views;

/// <summary>The way to the agent, layer by layer.</summary>
internal static class ConnectivityView
{
    public static void Write(Terminal terminal, ConsulConnectivityResult result)
    {
        terminal.Line(result.Target + (result.Addresses.Count > 0 ? $"  ({string.Join(", ", result.Addresses)})" : ""));
        terminal.Lines(DiagnosisText.Probes(result.Probes, terminal.Style));
        terminal.Line();
        terminal.Line(result.Succeeded ? StatusWord.Good("Reachable") : StatusWord.Bad("Not reachable"), "  " + Times(result));
        if (result.RootCause is { } cause) FindingView.Write(terminal, cause);
    }

    private static string Times(ConsulConnectivityResult result)
    {
        var parts = new List<string>();
        foreach (var (name, time) in new[] { ("name", result.NameTime), ("connect", result.ConnectTime), ("tls", result.TlsTime), ("http", result.HttpTime) })
            if (time is { } known) parts.Add($"{name} {DiagnosisText.Time(known)}");
        return parts.Count > 0 ? string.Join(", ", parts) : $"in {DiagnosisText.Time(result.Duration)}";
    }
}
