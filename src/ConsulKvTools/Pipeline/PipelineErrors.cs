using System.Collections;
using System.Management.Automation;
using ConsulKvTools.Kv.Documents;

namespace ConsulKvTools.Commands;

/// <summary>
/// The errors that are reported while a pipeline feeds a command, for one that needs all of its input: a command that reports an error for one of its inputs goes on with the others, and
/// the end of its output looks like the end of all. Make it in BeginProcessing, so that an error of an earlier line is none of this pipeline's.
/// </summary>
internal sealed class PipelineErrors(SessionState state)
{
    private readonly object? before = Newest(state);

    /// <summary>Refuses what came, when an error was reported meanwhile.</summary>
    /// <param name="consequence">What would become of the keys that may be missing, as a sentence.</param>
    /// <exception cref="ConsulException">An error was reported.</exception>
    public void RequireNone(string consequence)
    {
        if (Newest(state) is { } error && !ReferenceEquals(error, before))
            throw DocumentFault.PipelineBrokeOff((error as ErrorRecord)?.ToString() ?? (error as Exception)?.Message ?? "", consequence);
    }

    /// <summary>What $Error begins with: each error of this runspace is put there when it is reported, unless -ErrorAction Ignore says that it is none.</summary>
    private static object? Newest(SessionState state) => state.PSVariable.GetValue("global:Error") is ArrayList { Count: > 0 } errors ? errors[0] : null;
}
