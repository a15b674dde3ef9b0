using System.Management.Automation;
using System.Management.Automation.Runspaces;
using ConsulKvTools.Validation;

namespace ConsulKvTools.Commands;

/// <summary>
/// Tests documents with PowerShell's own Test-Json, which runs on the pipeline's thread only: the check meets the documents, and once it has
/// ended they are tested and the check is made again with what was found out.
/// </summary>
internal sealed class JsonSchemas(PSCmdlet cmdlet)
{
    private const string Script =
        "param($Document, $Schema) $said = $null; try { if (Microsoft.PowerShell.Utility\\Test-Json -Json $Document -Schema $Schema -ErrorAction SilentlyContinue -ErrorVariable said) { '' } else { \"$($said[0])\" } } catch { $null }";

    private readonly Dictionary<(string Document, string Schema), string?> known = [];

    /// <summary>True where this PowerShell has a Test-Json that can test a schema: not every build that has the parameter can.</summary>
    public static bool IsThere(CommandInvocationIntrinsics commands) =>
        commands.GetCommand("Microsoft.PowerShell.Utility\\Test-Json", CommandTypes.Cmdlet) is CmdletInfo { Parameters: { } parameters } && parameters.ContainsKey("Schema")
        && Said(commands, "{}", "{}") is "";

    /// <summary>Makes the check, as often as it meets documents that were not tested yet.</summary>
    public ConsulEnvironmentResult Run(ConsulEnvironmentCheck check, Func<Func<CancellationToken, Task<ConsulEnvironmentResult>>, ConsulEnvironmentResult> ask)
    {
        while (true)
        {
            var met = new HashSet<(string, string)>();
            var result = ask(cancellation => EnvironmentCheckRun.RunAsync(check, (document, schema) =>
            {
                if (known.TryGetValue((document, schema), out var problem)) return Task.FromResult(problem);
                met.Add((document, schema));
                return Task.FromResult<string?>(null);
            }, TimeProvider.System, cancellation));
            if (met.Count == 0) return result;
            foreach (var one in met)
            {
                known[one] = Said(cmdlet.InvokeCommand, one.Item1, one.Item2) switch
                {
                    null => "the schema itself cannot be read by Test-Json",
                    "" => null,
                    var misfit => Place(misfit),
                };
            }
        }
    }

    /// <summary>Empty when the document fits, what Test-Json says when not, null when it cannot tell.</summary>
    private static string? Said(CommandInvocationIntrinsics commands, string document, string schema)
    {
        var said = commands.InvokeScript(Script, true, PipelineResultTypes.None, null, document, schema);
        return said.Count == 0 ? null : said[said.Count - 1]?.ToString();
    }

    /// <summary>Where the document does not fit, without the value that Test-Json repeats: it may be a secret.</summary>
    private static string Place(string said)
    {
        var at = said.LastIndexOf(" at '", StringComparison.Ordinal);
        return at < 0 ? "Test-Json says where" : "at " + said.Substring(at + 5).TrimEnd('.', '\'', ' ');
    }
}
