using System.Collections;
using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>
/// Whether a command was called within a <c>try</c> or below a <c>trap</c>. There an exception of .NET or a value that cannot be converted ends all statements
/// up to it; anywhere else it ends its own statement only, and the next one runs. A pipeline within another does not know that of itself.
/// </summary>
internal static class EnclosingTry
{
    // Outside of a try the statement with the error is passed over without a word.
    private static readonly ScriptBlock Probe = ScriptBlock.Create("$ErrorActionPreference = 'SilentlyContinue'; [int]'x'; $true");

    /// <summary>Finds out by trying. Call it from the pipeline thread only.</summary>
    /// <param name="command">The command.</param>
    public static bool IsAround(PSCmdlet command)
    {
        var errors = command.GetVariableValue("global:Error") as ArrayList;
        var newest = errors?.Count > 0 ? errors[0] : null;
        try
        {
            return Probe.InvokeWithContext(null, []).Count == 0;
        }
        catch (RuntimeException)
        {
            return true;
        }
        finally
        {
            // That list is for errors that happened.
            if (errors?.Count > 0 && !ReferenceEquals(errors[0], newest)) errors.RemoveAt(0);
        }
    }
}
