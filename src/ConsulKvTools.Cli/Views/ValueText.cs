namespace ConsulKvTools.Cli.Views;

/// <summary>A value for people's eyes.</summary>
internal static class ValueText
{
    public static string Of(ConsulKvEntry entry, int longest) => entry switch
    {
        { Bytes.Length: 0 } => "(empty)",
        { IsText: true } => Printable.Text(entry.Value, longest),
        _ => $"({Amount.Of(entry.Bytes.Length, "byte")}, not text)",
    };
}
