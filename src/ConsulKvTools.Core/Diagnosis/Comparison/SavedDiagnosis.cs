namespace ConsulKvTools.Diagnosis;

/// <summary>A diagnosis that was saved as JSON.</summary>
internal static class SavedDiagnosis
{
    private const long Largest = 64L * 1024 * 1024;

    private const string IsSerialized = "it is what Export-Clixml wrote; give what Import-Clixml makes of it, or save diagnoses with Export-ConsulDiagnosis -Format Json";

    /// <summary>The diagnosis in a file.</summary>
    /// <exception cref="ConsulException">The file cannot be read or holds no diagnosis; the finding <c>Report.Unreadable</c> says why.</exception>
    public static ConsulDiagnosis Read(string path)
    {
        try
        {
            if (Directory.Exists(path)) throw Unreadable(path, "it is a folder; give a file in it");
            if (new FileInfo(path).Length > Largest) throw Unreadable(path, "it is larger than 64 MiB");
            return Read(path, File.ReadAllText(path));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unreadable(path, "there is no such file", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw Unreadable(path, "the file cannot be read", error);
        }
    }

    private static ConsulDiagnosis Read(string path, string text)
    {
        // A diagnosis that Export-Clixml wrote looks saved and is not.
        if (text.TrimStart().StartsWith("<Objs ", StringComparison.Ordinal)) throw Unreadable(path, IsSerialized);
        try
        {
            return DiagnosisJson.Read(text);
        }
        catch (ConsulException unfit) when (unfit.Finding.Code == "Report.Unreadable")
        {
            throw Unreadable(path, unfit.Finding.Evidence["problem"] as string ?? "", unfit);
        }
    }

    private static ConsulException Unreadable(string path, string problem, Exception? inner = null) =>
        ConsulException.From(ConsulFinding.Create("Report.Unreadable", ("problem", problem), ("file", Printable.Text(path, 200))), inner);
}
