namespace ConsulKvTools.Diagnosis;

/// <summary>A diagnosis that was saved as JSON.</summary>
internal static class SavedDiagnosis
{
    private const long Largest = 64L * 1024 * 1024;

    /// <summary>The diagnosis in a file.</summary>
    /// <exception cref="ConsulException">The file cannot be read or holds no diagnosis; the finding <c>Report.Unreadable</c> says why.</exception>
    public static ConsulDiagnosis Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > Largest) throw Unreadable(path, "it is larger than 64 MiB");
            return DiagnosisJson.Read(File.ReadAllText(path));
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

    private static ConsulException Unreadable(string path, string problem, Exception? inner = null) =>
        ConsulException.From(ConsulFinding.Create("Report.Unreadable", ("problem", problem), ("file", Printable.Text(path, 200))), inner);
}
