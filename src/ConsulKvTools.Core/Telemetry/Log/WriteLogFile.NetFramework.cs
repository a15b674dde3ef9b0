namespace ConsulKvTools.Telemetry.Log;

internal sealed partial class WriteLogFile
{
    private static void Move(string from, string to) => File.Move(from, to);
}
