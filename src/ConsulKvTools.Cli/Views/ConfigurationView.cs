namespace ConsulKvTools.Cli.Views;

/// <summary>The settings in force as a table, and what is odd about them.</summary>
internal static class ConfigurationView
{
    public static void Write(Terminal terminal, ConsulKvSession session)
    {
        string[][] rows = [["SETTING", "VALUE", "SOURCE", "SHADOWED"], .. session.Configuration.Select(ForShell.Of).Select(RowOf)];
        var widths = Enumerable.Range(0, 3).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            terminal.Line($"{row[0].PadRight(widths[0])}  {row[1].PadRight(widths[1])}  {row[2].PadRight(widths[2])}  {row[3]}".TrimEnd());
        foreach (var finding in session.ConfigurationFindings.Select(ForShell.Of))
        {
            terminal.Line();
            FindingView.Write(terminal, finding);
        }
    }

    private static string[] RowOf(ConsulSetting setting) =>
        [setting.Name, setting.Value is { } value ? Printable.Text(value, 80) : "(none)", setting.Source, string.Join(", ", setting.Shadowed)];
}
