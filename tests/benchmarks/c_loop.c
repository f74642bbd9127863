/* The auto-encoder 64-32-8-32-64 in plain C on one core: relu, linear code and output, squared error, Adam, float32.
   c_loop ROWS_FILE N_ROWS N_EPOCHS prints the seconds of the training loop and the loss of its last epoch. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { N_LAYERS = 4, BATCH = 32, WIDEST = 64, N_LARGEST = WIDEST * WIDEST };
static const int WIDTH[N_LAYERS + 1] = {64, 32, 8, 32, 64};
static const int RELU[N_LAYERS] = {1, 0, 1, 0};

typedef struct { float value[N_LARGEST], slope[N_LARGEST], mean[N_LARGEST], square[N_LARGEST]; } Parameter;
static Parameter kernel[N_LAYERS], bias[N_LAYERS];
static float signal[N_LAYERS + 1][BATCH * WIDEST], error[N_LAYERS + 1][BATCH * WIDEST];

static void forward(int l, int n_rows) {
    const int n_in = WIDTH[l], n_out = WIDTH[l + 1];
    for (int r = 0; r < n_rows; r++) {
        const float *restrict x = signal[l] + r * n_in;
        float *restrict y = signal[l + 1] + r * n_out;
        memcpy(y, bias[l].value, n_out * sizeof(float));
        for (int i = 0; i < n_in; i++)
            for (int o = 0; o < n_out; o++) y[o] += x[i] * kernel[l].value[i * n_out + o];
        if (RELU[l]) for (int o = 0; o < n_out; o++) y[o] = y[o] > 0 ? y[o] : 0;
    }
}

static void backward(int l, int n_rows) {
    const int n_in = WIDTH[l], n_out = WIDTH[l + 1];
    float transposed[N_LARGEST];
    memset(kernel[l].slope, 0, n_in * n_out * sizeof(float));
    memset(bias[l].slope, 0, n_out * sizeof(float));
    memset(error[l], 0, n_rows * n_in * sizeof(float));
    for (int i = 0; i < n_in; i++)
        for (int o = 0; o < n_out; o++) transposed[o * n_in + i] = kernel[l].value[i * n_out + o];
    for (int r = 0; r < n_rows; r++) {
        const float *restrict x = signal[l] + r * n_in, *restrict y = signal[l + 1] + r * n_out;
        float *restrict to = error[l] + r * n_in, *restrict from = error[l + 1] + r * n_out;
        if (RELU[l]) for (int o = 0; o < n_out; o++) from[o] = y[o] > 0 ? from[o] : 0;
        for (int o = 0; o < n_out; o++) bias[l].slope[o] += from[o];
        for (int i = 0; i < n_in; i++)
            for (int o = 0; o < n_out; o++) kernel[l].slope[i * n_out + o] += x[i] * from[o];
        if (l > 0) for (int o = 0; o < n_out; o++)
            for (int i = 0; i < n_in; i++) to[i] += from[o] * transposed[o * n_in + i];
    }
}

static void adam(Parameter *restrict p, int n, float rate) { /* Kingma and Ba (2015), the form before section 2.1 */
    for (int i = 0; i < n; i++) {
        p->mean[i] += 0.1f * (p->slope[i] - p->mean[i]);
        p->square[i] += 0.001f * (p->slope[i] * p->slope[i] - p->square[i]);
        p->value[i] -= rate * p->mean[i] / (sqrtf(p->square[i]) + 1e-7f);
    }
}

static float step(const float *rows, const int *index, int n_rows, long t) {
    const float rate = 1e-3f * sqrtf(1 - powf(0.999f, t)) / (1 - powf(0.9f, t)), scale = 2.0f / (n_rows * WIDTH[0]);
    float loss = 0;
    for (int r = 0; r < n_rows; r++)
        memcpy(signal[0] + r * WIDTH[0], rows + index[r] * WIDTH[0], WIDTH[0] * sizeof(float));
    for (int l = 0; l < N_LAYERS; l++) forward(l, n_rows);
    for (int i = 0; i < n_rows * WIDTH[0]; i++) {
        const float difference = signal[N_LAYERS][i] - signal[0][i];
        loss += difference * difference;
        error[N_LAYERS][i] = scale * difference;
    }
    for (int l = N_LAYERS - 1; l >= 0; l--) backward(l, n_rows);
    for (int l = 0; l < N_LAYERS; l++)
        adam(&kernel[l], WIDTH[l] * WIDTH[l + 1], rate), adam(&bias[l], WIDTH[l + 1], rate);
    return loss / (n_rows * WIDTH[0]);
}

int main(int argc, char **argv) {
    const int n_rows = argc == 4 ? atoi(argv[2]) : 0, n_epochs = n_rows > 0 ? atoi(argv[3]) : 0;
    float *rows = malloc(sizeof(float) * WIDTH[0] * n_rows), loss = 0;
    int *order = malloc(sizeof(int) * n_rows);
    FILE *file = n_rows > 0 ? fopen(argv[1], "rb") : NULL;
    if (!file || fread(rows, sizeof(float) * WIDTH[0], n_rows, file) != (size_t)n_rows)
        return fputs("usage: c_loop ROWS_FILE N_ROWS N_EPOCHS\n", stderr), 1;
    for (int l = 0; l < N_LAYERS; l++)
        for (int i = 0; i < WIDTH[l] * WIDTH[l + 1]; i++) /* Glorot and Bengio (2010), uniform */
            kernel[l].value[i] = (2.0f * rand() / RAND_MAX - 1) * sqrtf(6.0f / (WIDTH[l] + WIDTH[l + 1]));
    for (int r = 0; r < n_rows; r++) order[r] = r;
    struct timespec start, stop;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long epoch = 0, t = 1; epoch < n_epochs; epoch++) {
        for (int r = n_rows - 1; r > 0; r--) {
            const int other = rand() % (r + 1), kept = order[r];
            order[r] = order[other], order[other] = kept;
        }
        loss = 0;
        for (int r = 0; r < n_rows; r += BATCH, t++) {
            const int n = n_rows - r < BATCH ? n_rows - r : BATCH;
            loss += step(rows, order + r, n, t) * n / n_rows;
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &stop);
    printf("%.9f %.6f\n", stop.tv_sec - start.tv_sec + 1e-9 * (stop.tv_nsec - start.tv_nsec), loss);
}
