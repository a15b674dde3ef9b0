using System.Diagnostics;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Host;

/// <summary>Diagnoses a process with fewer rights than this one has, by starting this test program once more with only <see cref="Child"/> to run.</summary>
public sealed class OtherRights
{
    private const string Variable = "CONSULKV_TEST_RIGHTS";

    internal static string Diagnose(int pid, params string[] prefix)
    {
        var file = Path.GetTempFileName();
        var start = new ProcessStartInfo(prefix[0]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var word in prefix.Skip(1).Concat([Path.ChangeExtension(typeof(OtherRights).Assembly.Location, null), "-explicit", "only", "-method", $"{typeof(OtherRights).FullName}.{nameof(Child)}"]))
            start.ArgumentList.Add(word);
        start.Environment[Variable] = $"{pid} {file}";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var text = File.ReadAllText(file);
        File.Delete(file);
        Assert.True(text.Length > 0, output);
        return text;
    }

    [Fact(Explicit = true)]
    public async Task Child()
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split(' ') is not [var pid, var file]) return;
        var diagnosis = await AsProcess.DiagnoseAsync(int.Parse(pid, null), AsProcess.Local);
        await File.WriteAllTextAsync(file, string.Join("\n", diagnosis.Findings.Select(finding => $"{finding.Code} {finding.Severity} {finding.Title}")));
    }
}
