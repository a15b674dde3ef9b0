namespace ConsulKvTools.Lab;

/// <summary>Lets a synchronous caller (Pester, a console) wait for an asynchronous lab method without tying itself to a context.</summary>
internal static class Blocking
{
    public static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();

    public static void Wait(Func<Task> work) => Task.Run(work).GetAwaiter().GetResult();
}
