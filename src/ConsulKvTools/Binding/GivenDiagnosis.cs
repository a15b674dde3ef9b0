using System.Management.Automation;
using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Commands;

/// <summary>A diagnosis that was given as an object, or as the path of a saved one.</summary>
internal static class GivenDiagnosis
{
    /// <summary>The diagnosis that <paramref name="given"/> is or names.</summary>
    /// <param name="cmdlet">The command that was given it; paths are relative to its location.</param>
    /// <param name="given">A diagnosis, a path or a file.</param>
    /// <param name="parameter">The parameter, with its dash.</param>
    /// <exception cref="ConsulException">It is neither, or cannot be read.</exception>
    public static ConsulDiagnosis Read(PSCmdlet cmdlet, object given, string parameter)
    {
        switch (given is PSObject wrapped ? wrapped.BaseObject : given)
        {
            case ConsulDiagnosis diagnosis:
                return diagnosis;
            case string path:
                return SavedDiagnosis.Read(FilePaths.Resolve(cmdlet, path, parameter)!);
            case FileInfo file:
                return SavedDiagnosis.Read(file.FullName);
            case ConsulDiagnosisSeries:
                throw Unfit(parameter, "a series is many diagnoses; give one of them, such as $series.Diagnoses[-1]");
        }
        // What Import-Clixml, a job or ConvertFrom-Json gives.
        if (LanguagePrimitives.TryConvertTo(given, out ConsulDiagnosis revived)) return revived;
        throw Unfit(parameter, $"it is of type {given.GetType().Name}, which is no diagnosis; give what Invoke-ConsulDiagnosis returns, or the path of one saved by Export-ConsulDiagnosis -Format Json");
    }

    private static ConsulException Unfit(string parameter, string problem) =>
        ConsulException.From(ConsulFinding.Create("Report.Unreadable", ("file", parameter), ("problem", problem), ("source", parameter)));
}
