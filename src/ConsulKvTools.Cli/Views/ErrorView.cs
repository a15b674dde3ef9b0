using ConsulKvTools.Cli.Json;
using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Views;

/// <summary>A command that could not be understood or could not do its work.</summary>
internal static class ErrorView
{
    /// <summary>Problems of the command line: on the error stream, and for programs as a document too.</summary>
    public static void WriteUsage(Terminal terminal, IReadOnlyList<string> problems, string command)
    {
        terminal.Fail(new ErrorDocument("Usage", string.Join(" ", problems), null));
        foreach (var problem in problems) Complain(terminal, "consulkv: " + problem);
        Complain(terminal, $"'{command} --help' shows how it is used.");
    }

    /// <summary>A failure that has no finding.</summary>
    public static void Write(Terminal terminal, string message)
    {
        terminal.Fail(new ErrorDocument("CouldNotRun", message, null));
        Complain(terminal, "consulkv: " + message);
    }

    /// <summary>A failure with its finding. People see it on the error stream, so that the output holds results only; and so do all where the results broke off.</summary>
    public static void Write(Terminal terminal, ConsulFinding finding)
    {
        if (!terminal.Fail(new ErrorDocument(finding.Code, finding.Title, FindingDocument.Of(finding)))) FindingView.Write(terminal.OnError(), finding);
    }

    private static void Complain(Terminal terminal, string text)
    {
        var error = terminal.OnError();
        foreach (var paragraph in text.Split('\n'))
            foreach (var line in TextFlow.Wrap(Printable.Text(paragraph, 2000), terminal.Width)) error.Line(line);
    }
}
