using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>The variables that the person at the prompt has.</summary>
internal static class RunspaceVariables
{
    /// <summary>Every variable whose value is a <typeparamref name="T"/>, with its name as it is typed.</summary>
    public static IEnumerable<(string Name, T Value)> Of<T>()
    {
        foreach (var variable in All())
            if ((variable.Value is PSObject wrapped ? wrapped.BaseObject : variable.Value) is T value && variable.Name is not ("_" or "PSItem" or "input" or "this"))
                yield return ("$" + (variable.Name.All(letter => char.IsLetterOrDigit(letter) || letter == '_') ? variable.Name : "{" + variable.Name + "}"), value);
    }

    /// <summary>A variable's value; null when there is none.</summary>
    public static object? Find(string name) => All().FirstOrDefault(variable => string.Equals(variable.Name, name, StringComparison.OrdinalIgnoreCase))?.Value is { } value
        ? value is PSObject wrapped ? wrapped.BaseObject : value : null;

    /// <summary>The file system's path for one typed at the prompt.</summary>
    public static string FullPath(string path) => ((EngineIntrinsics)Find("ExecutionContext")!).SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

    private static IEnumerable<PSVariable> All()
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        return shell.AddCommand("Microsoft.PowerShell.Utility\\Get-Variable").Invoke<PSVariable>();
    }
}
